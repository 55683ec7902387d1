package io.tinker4j.recovery;

import io.tinker4j.recovery.JournalEntry.LineageBegun;
import io.tinker4j.recovery.JournalEntry.RunBegun;
import io.tinker4j.recovery.JournalEntry.RunFinished;
import io.tinker4j.recovery.JournalEntry.StepSubmitted;
import io.tinker4j.transport.TinkerThreads;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One run from its begin, or from where its journal ends, to its end: trains and recovers. */
final class Supervision<B> implements AutoCloseable {
  private final ResumableTraining.Builder<B> settings;
  private final ProgressJournal journal;
  private final TinkerThreads threads = TinkerThreads.create();
  private final EventStream stream;
  private final RunEvents events;
  private final Restorer<B> restorer;
  private final StopSignal stop;
  private final Housekeeping housekeeping;
  private int recoveries;
  private long replayed;

  Supervision(ResumableTraining.Builder<B> settings, ProgressJournal journal, StopSignal stop) {
    this.settings = settings;
    this.journal = journal;
    this.stop = stop;
    this.stream = new EventStream(threads, settings.listener);
    this.events = new RunEvents(settings.time, journal, stream);
    this.restorer = new Restorer<>(settings, journal, threads, events);
    this.housekeeping = new Housekeeping(settings, journal, threads, events, restorer::rest);
  }

  ResumableTraining.Result run() throws InterruptedException {
    JournalState.View state = journal.state();
    String hash = settings.configHash();
    if (state.configHash().isEmpty()) {
      journal.append(new RunBegun(hash));
    } else if (!state.configHash().get().equals(hash)) {
      throw new JournalException(
          "the journal belongs to a run with other settings; name another directory, or give the"
              + " settings that it was begun with");
    } else if (state.finished().isPresent()) {
      RunFinished finished = state.finished().get();
      return result(finished.step(), finished.modelId(), true);
    }
    List<LineageBegun> lineages = state.lineages();
    housekeeping.track(tracker -> tracker.start(settings.parameters()));
    return train(
        lineages.isEmpty()
            ? null
            : new IncidentException(
                lineages.get(lineages.size() - 1).modelId(),
                "the process ended before the run did",
                null));
  }

  private ResumableTraining.Result train(@Nullable IncidentException first)
      throws InterruptedException {
    IncidentException incident = first;
    while (true) {
      Lineage<B> lineage;
      try {
        lineage = begin(incident);
      } catch (RecoveryFailedException e) {
        housekeeping.track(tracker -> tracker.finish(ExperimentTracker.Status.FAILED));
        throw e;
      }
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

  private ResumableTraining.Result finished(Lineage<B> lineage, boolean complete)
      throws InterruptedException {
    if (complete) {
      journal.append(new RunFinished(lineage.reached(), lineage.modelId()));
    }
    events.completed(lineage.reached());
    housekeeping.finish();
    housekeeping.track(tracker ->
        tracker.finish(
            complete ? ExperimentTracker.Status.FINISHED : ExperimentTracker.Status.STOPPED));
    return result(lineage.reached(), lineage.modelId(), complete);
  }

  private Lineage<B> begin(@Nullable IncidentException incident) throws InterruptedException {
    Ground ground;
    if (incident == null) {
      ground = restorer.establish(null);
    } else {
      recoveries++;
      events.detected(incident);
      settings.slots.acquire();
      try {
        ground =
            settings.policy.replayTail()
                ? restorer.establish(incident)
                : behindTheTail(restorer.establish(incident));
      } finally {
        settings.slots.release();
      }
    }
    JournalState.View state = journal.state();
    CheckpointRecord from = ground.from();
    int number = state.lineages().size();
    // Without the tail each step is a new one, whatever its number.
    long highest = settings.policy.replayTail() ? state.highest() : ground.step();
    journal.append(
        new LineageBegun(
            number, ground.client().modelId(), from == null ? -1 : from.lineage(), ground.step()));
    events.follow(ground.client().modelId());
    if (incident != null && highest > ground.step()) {
      events.replaying(ground.step() + 1, highest);
    }
    Lineage<B> lineage =
        new Lineage<>(
            settings,
            new Lineage.Books(journal, events, stop, housekeeping),
            number,
            ground,
            highest);
    if (settings.monitor != null) {
      settings.monitor.watch(lineage.modelId(), lineage::fail);
    }
    return lineage;
  }

  private Ground behindTheTail(Ground ground) {
    return journal.state().submitted().map(StepSubmitted::position).map(ground::at).orElse(ground);
  }

  private ResumableTraining.Result result(long step, String modelId, boolean complete) {
    String path =
        journal.state().checkpoints().stream()
            .filter(checkpoint -> checkpoint.step() == step)
            .reduce((earlier, later) -> later)
            .map(CheckpointRecord::path)
            .orElse("");
    return new ResumableTraining.Result(step, modelId, path, complete, recoveries, replayed);
  }

  /** Ends what the run has opened; what it was told to share stays open. */
  @Override
  public void close() {
    restorer.close();
    stream.close();
    threads.close();
  }
}
