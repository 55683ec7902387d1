package io.tinker4j.recipes.rl;

import io.tinker4j.training.loss.CustomLoss;
import io.tinker4j.types.Datum;
import io.tinker4j.types.LossFunction;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The loss {@code dro} on the tokens of the model alone: −Σ w·(ℓ·A − β/2·(ℓ − q)²), with the mask
 * for w. The server's own has no mask: it would draw each token of a prompt, whose q is 0, to
 * probability 1. Immutable and thread-safe.
 */
public final class MaskedDro implements CustomLoss {
  /** Known from the service's documentation as an example; the server's default is not known. */
  private static final double DEFAULT_BETA = 0.05;

  private final double beta;
  private final List<Datum> data;

  private MaskedDro(double beta, List<Datum> data) {
    this.beta = beta;
    this.data = data;
  }

  /**
   * Returns the loss of a batch.
   *
   * @param loss {@code dro}; its {@code beta} is 0.05 unless it says otherwise
   * @param data made by {@link TrajectoryData}, with all that it makes
   */
  public static MaskedDro of(LossFunction loss, List<Datum> data) {
    return new MaskedDro(loss.config().getOrDefault("beta", DEFAULT_BETA), List.copyOf(data));
  }

  /** Returns what to call {@code forwardBackwardCustom} with: the data with its targets alone. */
  public List<Datum> targets() {
    List<Datum> targets = new ArrayList<>();
    for (int i = 0; i < data.size(); i++) {
      Datum datum = data.get(i);
      targets.add(
          Datum.of(
              datum.modelInput(),
              Map.of(Datum.TARGET_TOKENS, LossInputs.tensor(i, datum, Datum.TARGET_TOKENS))));
    }
    return targets;
  }

  @Override
  public Result compute(List<Datum> targets, List<float[]> logprobs) {
    Checks.length("logprobs", logprobs.size(), "examples", data.size());
    double loss = 0;
    List<float[]> gradients = new ArrayList<>();
    for (int i = 0; i < data.size(); i++) {
      Differences each = Differences.of(i, data.get(i), logprobs.get(i));
      float[] advantages = LossInputs.floats(i, data.get(i), Datum.ADVANTAGES);
      float[] gradient = new float[each.length()];
      for (int t = 0; t < gradient.length; t++) {
        double mask = each.mask()[t];
        if (mask > 0) {
          double drift = -each.differences()[t];
          double value = logprobs.get(i)[t] * advantages[t] - beta / 2 * drift * drift;
          loss -= mask * value;
          gradient[t] = (float) (-mask * (advantages[t] - beta * drift));
        }
      }
      gradients.add(gradient);
    }
    return new Result(loss, gradients, Map.of("dro_loss", loss)).checkedFor(logprobs);
  }
}
