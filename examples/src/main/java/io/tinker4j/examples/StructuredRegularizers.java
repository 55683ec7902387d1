package io.tinker4j.examples;

import io.tinker4j.training.loss.CustomLoss;
import io.tinker4j.training.loss.LossTerm;
import io.tinker4j.training.loss.WeightedLoss;
import io.tinker4j.types.Datum;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Evaluates a loss of weighted terms without a server: value, weight and gradient of each. */
public final class StructuredRegularizers {
  private StructuredRegularizers() {}

  /** Needs no server. */
  public static void main(String[] args) {
    new TreeMap<>(run().metrics()).forEach((name, value) -> System.out.println(name + " " + value));
  }

  static CustomLoss.Result run() {
    List<Datum> pair = List.of(Datum.supervised(1, 2, 3), Datum.supervised(4, 5, 6));
    List<float[]> logprobs = List.of(new float[] {-0.5f, -1f}, new float[] {-2f, -0.25f});
    List<float[]> before = List.of(new float[] {-1f, -1f}, new float[] {-1f, -1f});

    LossTerm.Reference reference = LossTerm.Reference.of(before);
    WeightedLoss loss =
        WeightedLoss.builder()
            .add("nll", 1, LossTerm.negativeLogLikelihood())
            .add("kl", 0.1, LossTerm.klToReference(reference))
            .add("entropy", -0.01, LossTerm.entropy()) // negative: a bonus
            .add("l1", 0.01, LossTerm.l1())
            .add("l2", 0.01, LossTerm.l2())
            .add("elastic", 0.01, LossTerm.elasticNet(0.5))
            .add("consistency", 0.1, LossTerm.consistency(reference))
            .add("orthogonality", 0.1, LossTerm.orthogonality())
            .add("penalty", 0.1, LossTerm.gradientPenalty(LossTerm.entropy(), 1))
            .add("mine", 0.5, StructuredRegularizers::worstToken)
            .build();
    CustomLoss.Result result = loss.compute(pair, logprobs).checkedFor(logprobs);
    return new CustomLoss.Result(result.loss(), result.gradients(), Map.copyOf(result.metrics()));
  }

  /** A term of one's own: how unlikely the least likely token of all is. */
  static LossTerm.Evaluation worstToken(List<Datum> data, List<double[]> logprobs) {
    List<double[]> gradients = logprobs.stream().map(each -> new double[each.length]).toList();
    int worst = 0;
    int at = 0;
    for (int i = 0; i < logprobs.size(); i++) {
      for (int j = 0; j < logprobs.get(i).length; j++) {
        if (logprobs.get(i)[j] < logprobs.get(worst)[at]) {
          worst = i;
          at = j;
        }
      }
    }
    gradients.get(worst)[at] = -1;
    return new LossTerm.Evaluation(-logprobs.get(worst)[at], gradients);
  }
}
