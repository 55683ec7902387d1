package io.tinker4j.recovery;

import io.tinker4j.recovery.journal.CheckpointRecord;
import io.tinker4j.recovery.journal.JournalEntry.CheckpointDropped;
import io.tinker4j.recovery.store.JournalWriter;
import io.tinker4j.training.CheckpointsClient;
import io.tinker4j.training.RestClient;
import io.tinker4j.training.SessionListener;
import io.tinker4j.transport.internal.TinkerThreads;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What goes on beside a run and must never end it: deleting checkpoints, telling trackers. */
final class Housekeeping {
  private static final System.Logger log = System.getLogger(Housekeeping.class.getName());

  private final RunSettings<?> settings;
  private final JournalWriter journal;
  private final TinkerThreads threads;
  private final RunEvents events;
  private final Restorer<?> restorer;
  private boolean suspect;
  private long overloads;
  private final Artifacts artifacts;
  private final List<Thread> errands = new ArrayList<>();
  private final Queue<String> troubles = new ConcurrentLinkedQueue<>();

  Housekeeping(
      RunSettings<?> settings,
      JournalWriter journal,
      TinkerThreads threads,
      RunEvents events,
      Restorer<?> restorer) {
    this.settings = settings;
    this.journal = journal;
    this.threads = threads;
    this.events = events;
    this.restorer = restorer;
    this.artifacts = new Artifacts(threads);
    // What a shared client has seen before is not this run's.
    this.overloads = settings.isShared ? Long.MAX_VALUE : 0;
  }

  /** Tells of what went wrong and what was found out since the last call. */
  void report() {
    for (var next = artifacts.poll(); next.isPresent(); next = artifacts.poll()) {
      track(next.get());
    }
    for (String trouble = troubles.poll(); trouble != null; trouble = troubles.poll()) {
      events.degraded(RecoveryEvent.Degradation.HOUSEKEEPING, trouble);
    }
    boolean now = restorer.sessionState() == SessionListener.State.SUSPECT;
    if (now && !suspect) {
      events.degraded(
          RecoveryEvent.Degradation.SESSION_SUSPECT,
          "no heartbeat has arrived for 30 seconds; the server may end the session");
    }
    suspect = now;
    long count = restorer.samplingOverloads();
    if (count > overloads) {
      events.degraded(
          RecoveryEvent.Degradation.SAMPLING_OVERLOAD,
          "the server has refused samples as too many; for some seconds few are sent at once");
    }
    overloads = count;
  }

  /** A checkpoint was written down: it is tracked, and older ones may go. */
  void tidy(@Nullable CheckpointRecord base) {
    errands.removeIf(each -> !each.isAlive());
    List<CheckpointRecord> all = journal.state().checkpoints();
    if (settings.tracker != null) {
      errands.add(artifacts.add(all.get(all.size() - 1), restorer.rest()));
    }
    RetentionPolicy retention = settings.retention;
    if (retention != null) {
      List<CheckpointRecord> toDelete =
          retention.toDelete(all, settings.time.now()).stream()
              .filter(each -> base == null || !each.path().equals(base.path()))
              .toList();
      drop(retention, toDelete);
    }
  }

  /** The journal forgets first: it must never send a recovery to what is gone. */
  private void drop(RetentionPolicy retention, List<CheckpointRecord> toDelete) {
    if (toDelete.isEmpty()) {
      return;
    }
    if (retention.dryRun()) {
      log.log(System.Logger.Level.INFO, () -> "retention would delete " + paths(toDelete));
      return;
    }
    for (CheckpointRecord each : toDelete) {
      journal.append(new CheckpointDropped(each.path(), "retention"));
    }
    RestClient client = restorer.rest();
    errands.add(threads.start("retention", () -> delete(client, paths(toDelete))));
  }

  /** Waits for what is under way. */
  void finish() throws InterruptedException {
    for (Thread each : errands) {
      each.join();
    }
    report();
  }

  /** Tells the tracker how the run has ended, and then of what it has to say itself. */
  void ended(ExperimentTracker.Status status) {
    for (var next = artifacts.pollAnyhow(); next.isPresent(); next = artifacts.pollAnyhow()) {
      track(next.get());
    }
    track(tracker -> tracker.finish(status));
    report();
  }

  private static List<String> paths(List<CheckpointRecord> records) {
    return records.stream().map(CheckpointRecord::path).toList();
  }

  private void delete(RestClient client, List<String> paths) {
    try {
      for (CheckpointsClient.Deletion each : client.checkpoints().deleteAll(paths, false)) {
        each.failure().ifPresent(e -> troubles.add(each.toString()));
      }
    } catch (RuntimeException | Error e) {
      troubles.add("%s stay on the server: %s".formatted(paths, e.getMessage()));
    }
  }

  private void track(ExperimentTracker.Artifact artifact) {
    track(tracker -> tracker.artifact(artifact));
  }

  void track(TrainingStep.StepResult result) {
    track(tracker -> tracker.metrics(result.step(), result.metrics()));
  }

  /** Tells the tracker, if there is one, and survives it. */
  void track(Consumer<ExperimentTracker> call) {
    ExperimentTracker tracker = settings.tracker;
    if (tracker != null) {
      try {
        call.accept(tracker);
      } catch (RuntimeException | Error e) { // a tracker's broken class path ends no run
        log.log(System.Logger.Level.WARNING, "the experiment tracker failed", e);
        troubles.add("the experiment tracker failed: " + e);
      }
    }
  }
}
