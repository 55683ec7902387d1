package io.tinker4j.recovery;

import io.tinker4j.recovery.journal.CheckpointRecord;
import io.tinker4j.recovery.journal.JournalEntry.Noted;
import io.tinker4j.recovery.store.JournalWriter;
import io.tinker4j.transport.Time;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** Tells journal and listener what happens to a run. Used by one thread at a time. */
final class RunEvents {
  private final Time time;
  private final JournalWriter journal;
  private final EventStream stream;
  private String recoveryId = "";
  private String runId = "";
  private int attempt;
  private long begin;

  RunEvents(Time time, JournalWriter journal, EventStream stream) {
    this.time = time;
    this.journal = journal;
    this.stream = stream;
    this.begin = time.nanoTime();
  }

  private RecoveryEvent.Context context() {
    Duration elapsed =
        recoveryId.isEmpty() ? Duration.ZERO : Duration.ofNanos(time.nanoTime() - begin);
    return new RecoveryEvent.Context(recoveryId, runId, attempt, elapsed);
  }

  /** Names the run that the next events are about. */
  void follow(String runId) {
    this.runId = runId;
  }

  boolean isRecovering() {
    return !recoveryId.isEmpty();
  }

  /** A second incident before the first is over belongs to the same recovery. */
  void detected(IncidentException incident) {
    follow(incident.modelId());
    if (isRecovering()) {
      failed(incident.what());
      return;
    }
    recoveryId = UUID.randomUUID().toString();
    attempt = 0;
    begin = time.nanoTime();
    send(
        "detected",
        new RecoveryEvent.Detected(context(), incident.what()),
        Map.of("cause", incident.what()));
  }

  void started(int attempt) {
    this.attempt = attempt;
    send("started", new RecoveryEvent.Started(context()), Map.of());
  }

  void selected(CheckpointRecord checkpoint, long rolledBack) {
    send(
        "checkpoint_selected",
        new RecoveryEvent.CheckpointSelected(
            context(), checkpoint.path(), checkpoint.step(), rolledBack),
        Map.of(
            "path",
            checkpoint.path(),
            "step",
            Long.toString(checkpoint.step()),
            "rolled_back",
            Long.toString(rolledBack)));
  }

  void rejected(CheckpointRecord checkpoint, String reason) {
    send(
        "checkpoint_rejected",
        new RecoveryEvent.CheckpointRejected(context(), checkpoint.path(), reason),
        Map.of("path", checkpoint.path(), "reason", reason));
  }

  void created(String runId, String path) {
    follow(runId);
    send("client_created", new RecoveryEvent.ClientCreated(context(), path), Map.of("path", path));
  }

  void verified(String what) {
    send("verified", new RecoveryEvent.Verified(context(), what), Map.of("what", what));
  }

  void replaying(long first, long last) {
    send(
        "replay_started",
        new RecoveryEvent.ReplayStarted(context(), first, last),
        Map.of("first_step", Long.toString(first), "last_step", Long.toString(last)));
  }

  /** Ends the recovery, if there is one. */
  void completed(long step) {
    if (isRecovering()) {
      send(
          "completed",
          new RecoveryEvent.Completed(context(), step),
          Map.of("step", Long.toString(step)));
      recoveryId = "";
      attempt = 0;
    }
  }

  void failed(String reason) {
    send("failed", new RecoveryEvent.Failed(context(), reason), Map.of("reason", reason));
  }

  void exhausted(List<String> tried) {
    send(
        "exhausted",
        new RecoveryEvent.Exhausted(context(), tried),
        Map.of("tried", String.join("; ", tried)));
    recoveryId = "";
  }

  void degraded(RecoveryEvent.Degradation degradation, String reason) {
    send(
        "degraded",
        new RecoveryEvent.Degraded(context(), degradation, reason),
        Map.of("degradation", degradation.name(), "reason", reason));
  }

  private void send(String name, RecoveryEvent event, Map<String, String> fields) {
    Map<String, String> noted = new LinkedHashMap<>();
    noted.put("recovery_id", event.context().recoveryId());
    noted.put("run_id", event.context().runId());
    noted.put("attempt", Integer.toString(event.context().attempt()));
    noted.put("elapsed", event.context().elapsed().toString());
    noted.putAll(fields);
    journal.appendLater(new Noted(name, noted));
    stream.send(event);
  }
}
