package io.tinker4j.training.loss;

import io.tinker4j.types.Datum;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A loss as a function of log-probabilities, with its gradient. Called once for each batch, on a
 * thread of the SDK, with all its examples; an implementation that is used by several training
 * clients must be thread-safe.
 */
@FunctionalInterface
public interface CustomLoss {
  /**
   * Computes the loss.
   *
   * @param data the examples
   * @param logprobs for each example the log-probabilities of its {@code target_tokens} under the
   *     model, row by row where they have two dimensions; not to be changed
   */
  Result compute(List<Datum> data, List<float[]> logprobs);

  /**
   * A loss, its gradient and what is to be reported.
   *
   * @param loss the loss
   * @param gradients for each example the derivatives of the loss by its log-probabilities; the
   *     arrays are not copied and must not change
   * @param metrics what is reported beside the server's metrics, by name
   */
  record Result(double loss, List<float[]> gradients, Map<String, Double> metrics) {
    /** Copies list and map. */
    public Result {
      gradients = List.copyOf(gradients);
      metrics = Collections.unmodifiableMap(new LinkedHashMap<>(metrics));
    }

    /** Returns a result without metrics. */
    public static Result of(double loss, List<float[]> gradients) {
      return new Result(loss, gradients, Map.of());
    }

    /**
     * TermInputs that the gradients fit the log-probabilities and are finite: one number that is
     * not would spoil every weight of the model.
     *
     * @return this
     * @throws IllegalArgumentException when there is not one gradient for each example, one has
     *     another length than its log-probabilities, or one is infinite or not a number
     */
    public Result checkedFor(List<float[]> logprobs) {
      if (gradients.size() != logprobs.size()) {
        throw new IllegalArgumentException(
            "gradients has %d entries, but there are %d examples"
                .formatted(gradients.size(), logprobs.size()));
      }
      for (int i = 0; i < gradients.size(); i++) {
        float[] gradient = gradients.get(i);
        if (gradient.length != logprobs.get(i).length) {
          throw new IllegalArgumentException(
              "gradients[%d] has %d entries, but the example has %d log-probabilities"
                  .formatted(i, gradient.length, logprobs.get(i).length));
        }
        for (int t = 0; t < gradient.length; t++) {
          if (!Float.isFinite(gradient[t])) {
            throw new IllegalArgumentException(
                "gradients[%d][%d] is %s; gradients are finite".formatted(i, t, gradient[t]));
          }
        }
      }
      return this;
    }
  }
}
