package io.tinker4j.training.internal;

import io.tinker4j.types.Datum;
import io.tinker4j.types.ForwardBackwardOutput;
import io.tinker4j.types.LossFunction;
import io.tinker4j.types.Metrics;
import io.tinker4j.types.TensorData;
import io.tinker4j.types.TensorDtype;
import java.nio.FloatBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The metric {@code loss:sum} of servers that report none, from the log-probabilities ℓ that a pass
 * returned. By the documented formulas, with the ratio r = exp(ℓ − q) to the sampler's
 * log-probabilities q, advantages A and weights w, which count as one where there are none:
 *
 * <ul>
 *   <li>{@code cross_entropy}: −Σ w·ℓ
 *   <li>{@code importance_sampling}: −Σ w·r·A
 *   <li>{@code ppo}: −Σ w·min(r·A, clip(r)·A)
 *   <li>{@code cispo}: −Σ w·clip(r)·ℓ·A
 *   <li>{@code dro}: −Σ w·(ℓ·A − β/2·(ℓ − q)²)
 * </ul>
 *
 * <p>Thresholds that the caller has not given are 0.8 and 1.2, those of the one known server
 * without the metric; β has no known default. A position without weight adds nothing, whatever it
 * holds.
 */
public final class LossSum {
  private static final String METRIC = "loss:sum";
  private static final String LOW = "clip_low_threshold";
  private static final String HIGH = "clip_high_threshold";
  private static final String BETA = "beta";

  /** Inputs of which the formulas know nothing. */
  private static final Set<String> OTHERS = Set.of(LOW, HIGH);

  private final LossFunction loss;

  private LossSum(LossFunction loss) {
    this.loss = loss;
  }

  /** Returns the output with the metric, or as it is when the sum cannot be computed. */
  public static ForwardBackwardOutput addedTo(
      ForwardBackwardOutput output, List<Datum> data, LossFunction loss) {
    if (output.metrics().lossSum().isPresent() || output.lossFnOutputs().size() != data.size()) {
      return output;
    }
    Double sum = new LossSum(loss).of(output, data);
    if (sum == null) {
      return output;
    }
    Map<String, @Nullable Double> metrics = new LinkedHashMap<>(output.metrics().asMap());
    metrics.put(METRIC, sum);
    return ForwardBackwardOutput.of(
        output.lossFnOutputType(), output.lossFnOutputs(), Metrics.of(metrics));
  }

  private @Nullable Double of(ForwardBackwardOutput output, List<Datum> data) {
    double sum = 0;
    for (int i = 0; i < data.size(); i++) {
      Double one = of(output.lossFnOutputs().get(i).get(Datum.LOGPROBS), data.get(i));
      if (one == null) {
        return null;
      }
      sum += one;
    }
    return sum;
  }

  private @Nullable Double of(@Nullable TensorData logprobs, Datum datum) {
    Map<String, TensorData> inputs = datum.lossFnInputs();
    FloatBuffer l = floats(logprobs);
    FloatBuffer w = floats(inputs.get(Datum.WEIGHTS));
    FloatBuffer q = floats(inputs.get(Datum.LOGPROBS));
    FloatBuffer a = floats(inputs.get(Datum.ADVANTAGES));
    if (!isKnown(q.hasRemaining() && a.hasRemaining())
        || inputs.keySet().stream().anyMatch(OTHERS::contains)
        || !l.hasRemaining()
        || !Stream.of(w, q, a)
            .allMatch(each -> !each.hasRemaining() || each.limit() == l.limit())) {
      return null;
    }
    double sum = 0;
    for (int t = 0; t < l.limit(); t++) {
      double weight = at(w, t, 1);
      if (weight != 0) {
        sum -= weight * gain(l.get(t), at(q, t, 0), at(a, t, 0));
      }
    }
    return sum;
  }

  /** Empty when there are none. */
  private static FloatBuffer floats(@Nullable TensorData tensor) {
    return tensor == null || tensor.dtype() != TensorDtype.FLOAT32
        ? FloatBuffer.allocate(0)
        : tensor.toDense().floats();
  }

  private static double at(FloatBuffer values, int index, double otherwise) {
    return values.hasRemaining() ? values.get(index) : otherwise;
  }

  private boolean isKnown(boolean hasSamplersView) {
    return switch (loss.name()) {
      case "cross_entropy" -> true;
      case "importance_sampling", "ppo", "cispo" -> hasSamplersView;
      case "dro" -> hasSamplersView && loss.config().containsKey(BETA);
      default -> false;
    };
  }

  /** What a position adds to the objective, of which the loss is the negative. */
  private double gain(double l, double q, double a) {
    double r = Math.exp(l - q);
    return switch (loss.name()) {
      case "importance_sampling" -> r * a;
      case "ppo" -> Math.min(r * a, clipped(r) * a);
      case "cispo" -> clipped(r) * l * a;
      case "dro" -> l * a - loss.config().getOrDefault(BETA, 0.0) / 2 * (l - q) * (l - q);
      default -> l;
    };
  }

  private double clipped(double r) {
    return Math.clamp(
        r, loss.config().getOrDefault(LOW, 0.8), loss.config().getOrDefault(HIGH, 1.2));
  }
}
