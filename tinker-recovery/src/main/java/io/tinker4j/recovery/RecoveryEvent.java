package io.tinker4j.recovery;

import java.time.Duration;
import java.util.List;

/**
 * What happens to a run that is being recovered, delivered in order. The first event of a recovery
 * is {@link Detected}, the last one {@link Completed} or {@link Exhausted}.
 *
 * <p>A run that goes on where it was left, after its end or a stop, is in no recovery: it has
 * {@link CheckpointSelected}, {@link ClientCreated} and {@link Verified} alone, without a recovery
 * id. One whose process ended in the midst of steps is: these steps have to be done again.
 */
public sealed interface RecoveryEvent {
  /** What the event belongs to. */
  Context context();

  /**
   * What all events say.
   *
   * @param recoveryId the same for all events of one incident; empty where there is none
   * @param runId the training run: the broken one until a client was created, the new one from then
   * @param attempt from 1; 0 before the first
   * @param elapsed since the incident was detected
   */
  record Context(String recoveryId, String runId, int attempt, Duration elapsed) {}

  /** Something has ended the run early. */
  record Detected(Context context, String cause) implements RecoveryEvent {}

  /** An attempt begins. */
  record Started(Context context) implements RecoveryEvent {}

  /**
   * The run is to go back to this checkpoint.
   *
   * @param rolledBack how many steps that were reported as done are not in it
   */
  record CheckpointSelected(Context context, String path, long step, long rolledBack)
      implements RecoveryEvent {}

  /** A checkpoint is not good enough; an older one may be. */
  record CheckpointRejected(Context context, String path, String reason) implements RecoveryEvent {}

  /** There is a new client with the checkpoint's state. */
  record ClientCreated(Context context, String path) implements RecoveryEvent {}

  /** The new client has what the checkpoint had, as far as that is checked. */
  record Verified(Context context, String what) implements RecoveryEvent {}

  /** The steps behind the checkpoint are trained again. */
  record ReplayStarted(Context context, long firstStep, long lastStep) implements RecoveryEvent {}

  /** A step is done that had never been done before, or all are, or all that was asked for. */
  record Completed(Context context, long step) implements RecoveryEvent {}

  /** An attempt has failed; another one may follow. */
  record Failed(Context context, String reason) implements RecoveryEvent {}

  /** The run is given up. */
  record Exhausted(Context context, List<String> tried) implements RecoveryEvent {
    /** Copies the list. */
    public Exhausted {
      tried = List.copyOf(tried);
    }
  }

  /** The run goes on with less than was asked for, such as without a checkpoint that was due. */
  record Degraded(Context context, Degradation degradation, String reason)
      implements RecoveryEvent {}

  /** What a run can do without. */
  enum Degradation {
    /** A checkpoint could not be saved; the last one still serves. */
    SAVE_FAILED,
    /** The optimizer's state could not be restored; weights alone were. */
    WEIGHTS_ONLY,
    /** A restore could not be verified, or not the optimizer's part of it. */
    UNVERIFIED,
    /** An older checkpoint, or the base model, serves in place of one that was rejected. */
    OLDER_CHECKPOINT,
    /** The client holds calls back, as the server does not answer: the attempt waits. */
    CIRCUIT_OPEN,
    /** The server has no room for another model: the attempt waits. */
    NO_CAPACITY,
    /** Heartbeats do not arrive; training goes on while the server has the session. */
    SESSION_SUSPECT,
    /** The server has refused samples as too many; fewer are submitted at once for a while. */
    SAMPLING_OVERLOAD,
    /** Retention could not delete checkpoints, or tracking could not note something. */
    HOUSEKEEPING
  }
}
