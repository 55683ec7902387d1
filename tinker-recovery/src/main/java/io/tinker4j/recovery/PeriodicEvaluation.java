package io.tinker4j.recovery;

import io.tinker4j.training.TrainingClient;
import io.tinker4j.types.internal.Checks;
import java.util.Map;
import java.util.Objects;

/**
 * Evaluates a run now and then. Its metrics may decide which checkpoint is the best.
 *
 * @param everySteps after every so many steps
 */
public record PeriodicEvaluation(long everySteps, Evaluation evaluation) {
  /** Refuses less than one step. */
  public PeriodicEvaluation {
    Checks.atLeast("everySteps", everySteps, 1);
    Objects.requireNonNull(evaluation, "evaluation");
  }

  /** What is measured. */
  @FunctionalInterface
  public interface Evaluation {
    /**
     * Returns metrics of the model after a step. Called in the training thread with all operations
     * of the step submitted and none behind it: what it calls sees the weights of that step. It may
     * wait, and must not train.
     */
    Map<String, Double> evaluate(TrainingClient client, long step);
  }
}
