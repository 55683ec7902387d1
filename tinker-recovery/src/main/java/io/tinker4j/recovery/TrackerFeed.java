package io.tinker4j.recovery;

import io.tinker4j.recovery.journal.CheckpointRecord;
import io.tinker4j.training.RestClient;
import io.tinker4j.transport.internal.TinkerThreads;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Tells an experiment tracker, if there is one, what the run does, and survives what it throws. */
final class TrackerFeed {
  private static final System.Logger log = System.getLogger(TrackerFeed.class.getName());

  private final @Nullable ExperimentTracker tracker;
  private final Artifacts artifacts;
  private final Errands errands;

  TrackerFeed(@Nullable ExperimentTracker tracker, TinkerThreads threads, Errands errands) {
    this.tracker = tracker;
    this.artifacts = new Artifacts(threads);
    this.errands = errands;
  }

  void started(Map<String, String> parameters) {
    tell(to -> to.start(parameters));
  }

  void step(TrainingStep.StepResult result) {
    tell(to -> to.metrics(result.step(), result.metrics()));
  }

  void evaluated(long step, Map<String, Double> metrics) {
    tell(to -> to.metrics(step, metrics));
  }

  /** A checkpoint was written down: it is told when its size is known. */
  void checkpoint(CheckpointRecord saved, Supplier<RestClient> rest) {
    if (tracker != null) {
      errands.add(artifacts.add(saved, rest.get()));
    }
  }

  /** Tells of the checkpoints whose sizes are known now. */
  void deliver() {
    for (var next = artifacts.poll(); next.isPresent(); next = artifacts.poll()) {
      artifact(next.get());
    }
  }

  /** Tells how the run has ended, after the checkpoints that are left. */
  void ended(ExperimentTracker.Status status) {
    for (var next = artifacts.pollAnyhow(); next.isPresent(); next = artifacts.pollAnyhow()) {
      artifact(next.get());
    }
    tell(to -> to.finish(status));
  }

  private void artifact(ExperimentTracker.Artifact artifact) {
    tell(to -> to.artifact(artifact));
  }

  private void tell(Consumer<ExperimentTracker> call) {
    if (tracker == null) {
      return;
    }
    try {
      call.accept(tracker);
    } catch (RuntimeException | Error e) { // a tracker's broken class path ends no run
      log.log(System.Logger.Level.WARNING, "the experiment tracker failed", e);
      errands.failed("the experiment tracker failed: " + e);
    }
  }
}
