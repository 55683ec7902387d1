package io.tinker4j.training.loss;

import io.tinker4j.types.Datum;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * A weighted sum of terms, computed in double precision.
 *
 * <p>For a term named {@code kl} the metrics have {@code kl/value}, {@code kl/weighted} (the value
 * times its weight) and {@code kl/grad_norm} (of the term's own gradient, before its weight); and
 * for the sum {@code total/loss} and {@code total/grad_norm}. Norms are Euclidean, over all
 * log-probabilities of the batch. Immutable; as thread-safe as its terms are.
 *
 * {@snippet :
 * CustomLoss loss =
 *     WeightedLoss.builder()
 *         .add("nll", 1.0, LossTerm.negativeLogLikelihood())
 *         .add("kl", 0.1, LossTerm.klToReference(reference))
 *         .build();
 * }
 */
public final class WeightedLoss implements CustomLoss {
  private final Map<String, Part> parts;

  private WeightedLoss(Map<String, Part> parts) {
    this.parts = new LinkedHashMap<>(parts);
  }

  private record Part(double weight, LossTerm term) {}

  /** Starts a sum. */
  public static Builder builder() {
    return new Builder();
  }

  @Override
  public Result compute(List<Datum> data, List<float[]> logprobs) {
    if (data.size() != logprobs.size()) {
      throw new IllegalArgumentException(
          "logprobs has %d entries, but there are %d examples"
              .formatted(logprobs.size(), data.size()));
    }
    List<double[]> wide = new ArrayList<>();
    List<double[]> total = new ArrayList<>();
    for (float[] each : logprobs) {
      wide.add(widened(each));
      total.add(new double[each.length]);
    }
    double loss = 0;
    Map<String, Double> metrics = new LinkedHashMap<>();
    for (Map.Entry<String, Part> entry : parts.entrySet()) {
      double weight = entry.getValue().weight();
      LossTerm.Evaluation term = entry.getValue().term().evaluate(data, wide);
      add(entry.getKey(), total, term.gradients(), weight);
      loss += weight * term.value();
      metrics.put(entry.getKey() + "/value", term.value());
      metrics.put(entry.getKey() + "/weighted", weight * term.value());
      metrics.put(entry.getKey() + "/grad_norm", Norms.of(term.gradients()));
    }
    metrics.put("total/loss", loss);
    metrics.put("total/grad_norm", Norms.of(total));
    return new Result(loss, total.stream().map(WeightedLoss::narrowed).toList(), metrics)
        .checkedFor(logprobs);
  }

  private static void add(
      String name, List<double[]> total, List<double[]> gradients, double weight) {
    for (int i = 0; i < total.size(); i++) {
      if (gradients.size() != total.size() || gradients.get(i).length != total.get(i).length) {
        throw new IllegalArgumentException(
            "the gradient of term '%s' does not fit example %d".formatted(name, i));
      }
      for (int t = 0; t < total.get(i).length; t++) {
        total.get(i)[t] += weight * gradients.get(i)[t];
      }
    }
  }

  private static double[] widened(float[] values) {
    double[] wide = new double[values.length];
    for (int t = 0; t < wide.length; t++) {
      wide[t] = values[t];
    }
    return wide;
  }

  private static float[] narrowed(double[] values) {
    float[] narrow = new float[values.length];
    for (int t = 0; t < narrow.length; t++) {
      narrow[t] = (float) values[t];
    }
    return narrow;
  }

  @Override
  public String toString() {
    return "WeightedLoss" + parts.keySet();
  }

  /** Builds sums; not thread-safe. */
  public static final class Builder {
    private final Map<String, Part> parts = new LinkedHashMap<>();

    private Builder() {}

    /**
     * Adds a term.
     *
     * @param name what its metrics start with; each name once, not {@code total}
     * @param weight what it is multiplied with; finite, and negative to raise what the term
     *     measures
     */
    public Builder add(String name, double weight, LossTerm term) {
      Objects.requireNonNull(term, "term");
      if (name.isBlank() || name.equals("total") || parts.containsKey(name)) {
        throw new IllegalArgumentException(
            "name is '" + name + "'; each term has a name of its own, which is not 'total'");
      }
      if (!Double.isFinite(weight)) {
        throw new IllegalArgumentException("weight is " + weight + "; it must be finite");
      }
      parts.put(name, new Part(weight, term));
      return this;
    }

    /**
     * Returns the sum.
     *
     * @throws IllegalArgumentException when there is no term
     */
    public WeightedLoss build() {
      if (parts.isEmpty()) {
        throw new IllegalArgumentException("a loss needs at least one term");
      }
      return new WeightedLoss(parts);
    }
  }
}
