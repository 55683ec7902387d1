package io.tinker4j.recovery;

import io.tinker4j.recovery.journal.CheckpointRecord;
import io.tinker4j.recovery.store.JournalWriter;
import io.tinker4j.training.RestClient;
import io.tinker4j.transport.internal.TinkerThreads;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Where a run writes down and tells what it does, and who may stop it. */
final class RunContext {
  private final JournalWriter journal;
  private final RunEvents events;
  private final StopSignal stop;
  private final Errands errands = new Errands();
  private final TrackerFeed tracker;
  private final CheckpointRetention retention;
  private final ServerConditions conditions;
  private final Supplier<RestClient> rest;

  RunContext(
      RunSettings<?> settings,
      JournalWriter journal,
      TinkerThreads threads,
      RunEvents events,
      Restorer<?> restorer,
      StopSignal stop) {
    this.journal = journal;
    this.events = events;
    this.stop = stop;
    this.tracker = new TrackerFeed(settings.tracker, threads, errands);
    this.retention = new CheckpointRetention(settings, journal, threads, errands);
    this.conditions = new ServerConditions(restorer, events, settings.isShared);
    this.rest = restorer::rest;
  }

  JournalWriter journal() {
    return journal;
  }

  RunEvents events() {
    return events;
  }

  StopSignal stop() {
    return stop;
  }

  TrackerFeed tracker() {
    return tracker;
  }

  /** Tells of what went wrong and what was found out since the last call. */
  void report() {
    tracker.deliver();
    errands.report(events);
    conditions.report();
  }

  /** A checkpoint was written down: it is tracked, and older ones may go. */
  void checkpointSaved(@Nullable CheckpointRecord base) {
    tracker.checkpoint(journal.state().checkpoints().getLast(), rest);
    retention.apply(base, rest);
  }

  /** Waits for what goes on beside the run, and tells of it. */
  void awaitErrands() throws InterruptedException {
    errands.await();
    report();
  }

  /** Tells the tracker how the run has ended, and then of what it has to say itself. */
  void ended(ExperimentTracker.Status status) {
    tracker.ended(status);
    report();
  }
}
