package io.tinker4j.recovery;

import io.tinker4j.recovery.journal.CheckpointRecord;
import io.tinker4j.training.RestClient;
import io.tinker4j.transport.internal.TinkerThreads;
import io.tinker4j.types.TinkerPath;
import java.util.ArrayDeque;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;

/**
 * Checkpoints on their way to a tracker: how large each is, is asked beside training. Used by one
 * thread.
 */
final class Artifacts {
  private static final System.Logger log = System.getLogger(Artifacts.class.getName());

  private final TinkerThreads threads;
  private final Queue<Asked> asked = new ArrayDeque<>();

  Artifacts(TinkerThreads threads) {
    this.threads = threads;
  }

  private record Asked(CheckpointRecord record, CompletableFuture<OptionalLong> size) {
    ExperimentTracker.Artifact artifact() {
      OptionalLong known = size.getNow(OptionalLong.empty());
      return new ExperimentTracker.Artifact(
          "step-" + record.step(),
          "checkpoint",
          record.path(),
          known.isPresent() ? known.getAsLong() : null,
          null,
          Map.of(
              "step",
              Long.toString(record.step()),
              "config_hash",
              record.configHash(),
              "saved_at",
              record.savedAt().toString()));
    }
  }

  /** Returns the thread that asks. */
  Thread add(CheckpointRecord record, RestClient client) {
    CompletableFuture<OptionalLong> size = new CompletableFuture<>();
    asked.add(new Asked(record, size));
    return threads.start("artifact", () -> size.complete(sizeOf(record.path(), client)));
  }

  private static OptionalLong sizeOf(String path, RestClient client) {
    try {
      return client
          .checkpoints()
          .list(TinkerPath.parse(path).trainingRunId())
          .checkpoints()
          .stream()
          .filter(each -> each.tinkerPath().equals(path))
          .findFirst()
          .map(each -> each.sizeBytes())
          .orElse(OptionalLong.empty());
    } catch (RuntimeException | Error e) { // the run waits for no size, but for an end
      log.log(System.Logger.Level.DEBUG, "it is not known how large " + path + " is", e);
      return OptionalLong.empty();
    }
  }

  /** Returns the next one whose size is known, in the order of the checkpoints. */
  Optional<ExperimentTracker.Artifact> poll() {
    Asked first = asked.peek();
    return first != null && first.size.isDone() ? pollAnyhow() : Optional.empty();
  }

  /** Returns the next one, without its size if need be. */
  Optional<ExperimentTracker.Artifact> pollAnyhow() {
    return Optional.ofNullable(asked.poll()).map(Asked::artifact);
  }
}
