package io.tinker4j.recovery;

import io.tinker4j.recovery.journal.CheckpointRecord;
import io.tinker4j.recovery.journal.DataPosition;
import io.tinker4j.recovery.journal.JournalEntry.CheckpointDropped;
import io.tinker4j.recovery.journal.JournalEntry.LineageBegun;
import io.tinker4j.recovery.journal.JournalEntry.RunFinished;
import io.tinker4j.recovery.journal.JournalEntry.StepSubmitted;
import io.tinker4j.recovery.journal.JournalException;
import io.tinker4j.recovery.store.JournalState;
import io.tinker4j.recovery.store.JournalWriter;
import io.tinker4j.transport.internal.TinkerThreads;
import io.tinker4j.types.SessionOutcome;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One run from its begin, or from where its journal ends, to its end: trains and recovers. */
final class Supervision<B> implements AutoCloseable {
  private final RunSettings<B> settings;
  private final JournalWriter journal;
  private final TinkerThreads threads = TinkerThreads.create();
  private final EventStream stream;
  private final RunEvents events;
  private final Restorer<B> restorer;
  private final RunContext context;
  private int recoveries;
  private long replayed;

  Supervision(
      RunSettings<B> settings, RecoveryPolicy policy, JournalWriter journal, StopSignal stop) {
    this.settings = settings;
    this.journal = journal;
    this.stream = new EventStream(threads, settings.listener);
    this.events = new RunEvents(settings.time, journal, stream);
    this.restorer = new Restorer<>(settings, policy, journal, threads, events);
    this.context = new RunContext(settings, journal, threads, events, restorer, stop);
  }

  RunResult run() throws InterruptedException {
    JournalState.View state = journal.state();
    RunIdentity identity = new RunIdentity(settings);
    if (state.configHash().isEmpty()) {
      journal.append(identity.begun());
    }
    identity.require(state);
    RunFinished finished = state.finished().orElse(null);
    if (finished != null && !hasMore(state, finished)) {
      return complete(finished);
    }
    context.tracker().started(RunIdentity.parameters(settings));
    try {
      return train(
          state
              .lost()
              .map(lost -> new IncidentException(state.lineages().getLast().modelId(), lost, null))
              .orElse(null));
    } catch (InterruptedException e) {
      context.ended(ExperimentTracker.Status.STOPPED);
      restorer.end(SessionOutcome.INTERRUPTED, "the run was interrupted");
      throw e;
    } catch (RuntimeException e) {
      failed(e);
      // Not its text, which may quote the user's data.
      restorer.end(SessionOutcome.ERRORED, "the run failed: " + e.getClass().getName());
      throw e;
    }
  }

  /** The result of a run that was complete before; the proof of that is its last checkpoint. */
  private RunResult complete(RunFinished finished) {
    RunResult result = result(finished.step(), finished.modelId(), true);
    if (result.checkpointPath().isEmpty()) {
      throw new JournalException(
          "the journal says that the run is complete, but has no checkpoint of its last step, %d;"
                  .formatted(finished.step())
              + " recoverNow() goes back to the newest one, and resumeOrStart() on from there");
    }
    return result;
  }

  /** A journal that cannot be written any more is what the caller has to hear of first. */
  private void failed(RuntimeException failure) {
    try {
      context.ended(ExperimentTracker.Status.FAILED);
    } catch (JournalException e) {
      failure.addSuppressed(e);
    }
  }

  /** Whether there are steps or data now that a complete run has not come to. */
  private boolean hasMore(JournalState.View state, RunFinished finished) {
    if (finished.step() >= settings.steps) {
      return false;
    }
    Optional<DataPosition> end =
        checkpointOf(finished.step())
            .map(CheckpointRecord::position)
            .or(() ->
                state
                    .submitted()
                    .filter(last -> last.step() == finished.step())
                    .map(StepSubmitted::position));
    if (end.isEmpty()) {
      return false;
    }
    try (Batches.Reader<B> data = settings.batches.open(end.get())) {
      return data.hasNext();
    }
  }

  /** Takes the run back to a checkpoint and trains nothing. */
  CheckpointRecord recover() throws InterruptedException {
    JournalState.View state = journal.state();
    new RunIdentity(settings).require(state);
    if (state.checkpoints().isEmpty()) {
      throw new JournalException(
          "there is no checkpoint to recover from; resumeOrStart() begins the run");
    }
    IncidentException incident =
        new IncidentException(
            state.lineages().getLast().modelId(), "a recovery was asked for", null);
    events.detected(incident);
    StartingPoint startingPoint = restore(incident);
    CheckpointRecord from = Objects.requireNonNull(startingPoint.from(), "there was a checkpoint");
    // Dropped first: a process that dies in between leaves this one as the latest.
    for (CheckpointRecord each : state.checkpoints()) {
      if (each.step() > from.step()) {
        journal.append(
            new CheckpointDropped(each.path(), "the run was taken back to step " + from.step()));
      }
    }
    begun(startingPoint);
    events.completed(from.step());
    restorer.end(SessionOutcome.SUCCESS, null);
    return from;
  }

  private StartingPoint restore(@Nullable IncidentException incident) throws InterruptedException {
    settings.slots.acquire();
    try {
      return restorer.establish(incident);
    } finally {
      settings.slots.release();
    }
  }

  private int begun(StartingPoint startingPoint) {
    int number = journal.state().lineages().size();
    CheckpointRecord from = startingPoint.from();
    String modelId = startingPoint.client().modelId();
    journal.append(
        new LineageBegun(
            number, modelId, from == null ? -1 : from.lineage(), startingPoint.step()));
    events.follow(modelId);
    return number;
  }

  private RunResult train(@Nullable IncidentException first) throws InterruptedException {
    IncidentException incident = first;
    while (true) {
      Lineage<B> lineage = begin(incident);
      try {
        boolean complete = lineage.train();
        left(lineage);
        return finished(lineage, complete);
      } catch (IncidentException e) {
        left(lineage);
        incident = e;
      }
    }
  }

  private void left(Lineage<B> lineage) {
    replayed += lineage.replayed();
    if (settings.monitor != null) {
      settings.monitor.unwatch(lineage.modelId());
    }
  }

  private RunResult finished(Lineage<B> lineage, boolean complete) throws InterruptedException {
    if (complete) {
      journal.append(new RunFinished(lineage.reached(), lineage.modelId()));
    }
    events.completed(lineage.reached());
    context.awaitErrands();
    context.ended(complete ? ExperimentTracker.Status.FINISHED : ExperimentTracker.Status.STOPPED);
    if (complete) {
      restorer.end(SessionOutcome.SUCCESS, null);
    } else {
      restorer.end(SessionOutcome.INTERRUPTED, "the run was asked to stop");
    }
    return result(lineage.reached(), lineage.modelId(), complete);
  }

  private Lineage<B> begin(@Nullable IncidentException incident) throws InterruptedException {
    List<LineageBegun> before = journal.state().lineages();
    if (incident != null) {
      recoveries++;
      events.detected(incident);
    } else if (!before.isEmpty()) { // nothing was lost: the run goes on
      events.follow(before.getLast().modelId());
    }
    StartingPoint startingPoint = before.isEmpty() ? restorer.establish(null) : restore(incident);
    startingPoint =
        before.isEmpty() || settings.policy.replayTail()
            ? startingPoint
            : behindTheTail(startingPoint);
    // Without the tail each step is a new one, whatever its number.
    long highest = settings.policy.replayTail() ? journal.state().highest() : startingPoint.step();
    int number = begun(startingPoint);
    if (highest > startingPoint.step()) {
      events.replaying(startingPoint.step() + 1, highest);
    }
    Lineage<B> lineage =
        new Lineage<>(
            settings,
            context,
            number,
            startingPoint,
            highest,
            new ColdStart<>(settings, restorer::loadWeights));
    if (settings.monitor != null) {
      settings.monitor.watch(lineage.modelId(), lineage::fail);
    }
    return lineage;
  }

  private StartingPoint behindTheTail(StartingPoint startingPoint) {
    return journal
        .state()
        .submitted()
        .map(StepSubmitted::position)
        .map(startingPoint::at)
        .orElse(startingPoint);
  }

  private RunResult result(long step, String modelId, boolean complete) {
    String path = checkpointOf(step).map(CheckpointRecord::path).orElse("");
    return new RunResult(step, modelId, path, complete, recoveries, replayed);
  }

  private Optional<CheckpointRecord> checkpointOf(long step) {
    return journal.state().checkpoints().stream()
        .filter(checkpoint -> checkpoint.step() == step)
        .reduce((earlier, later) -> later);
  }

  /** Ends what the run has opened; what it was told to share stays open. */
  @Override
  public void close() {
    restorer.close();
    stream.close();
    threads.close();
  }
}
