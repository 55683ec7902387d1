package io.tinker4j.recovery;

import io.tinker4j.recovery.journal.CheckpointRecord;
import io.tinker4j.recovery.journal.JournalEntry.CheckpointDropped;
import io.tinker4j.recovery.store.JournalWriter;
import io.tinker4j.training.CheckpointsClient;
import io.tinker4j.training.RestClient;
import io.tinker4j.transport.internal.TinkerThreads;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Deletes the checkpoints that a policy gives up, beside the run. */
final class CheckpointRetention {
  private static final System.Logger log = System.getLogger(CheckpointRetention.class.getName());

  private final RunSettings<?> settings;
  private final JournalWriter journal;
  private final TinkerThreads threads;
  private final Errands errands;

  CheckpointRetention(
      RunSettings<?> settings, JournalWriter journal, TinkerThreads threads, Errands errands) {
    this.settings = settings;
    this.journal = journal;
    this.threads = threads;
    this.errands = errands;
  }

  /**
   * Lets go of what is not kept any more.
   *
   * @param base what the lineage went on from, which stays
   */
  void apply(@Nullable CheckpointRecord base, Supplier<RestClient> rest) {
    RetentionPolicy policy = settings.retention;
    if (policy == null) {
      return;
    }
    List<String> paths =
        policy.toDelete(journal.state().checkpoints(), settings.time.now()).stream()
            .map(CheckpointRecord::path)
            .filter(each -> base == null || !each.equals(base.path()))
            .toList();
    if (paths.isEmpty()) {
      return;
    }
    if (policy.dryRun()) {
      log.log(System.Logger.Level.INFO, () -> "retention would delete " + paths);
      return;
    }
    // The journal forgets first: it must never send a recovery to what is gone.
    for (String path : paths) {
      journal.append(new CheckpointDropped(path, "retention"));
    }
    RestClient client = rest.get();
    errands.add(threads.start("retention", () -> delete(paths, client)));
  }

  private void delete(List<String> paths, RestClient rest) {
    try {
      for (CheckpointsClient.Deletion each : rest.checkpoints().deleteAll(paths, false)) {
        each.failure().ifPresent(e -> errands.failed(each.toString()));
      }
    } catch (RuntimeException | Error e) {
      errands.failed("%s stay on the server: %s".formatted(paths, e.getMessage()));
    }
  }
}
