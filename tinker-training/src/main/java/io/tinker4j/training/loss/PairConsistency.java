package io.tinker4j.training.loss;

import io.tinker4j.types.Datum;
import java.util.ArrayList;
import java.util.List;

/** Squared differences between the two examples of each pair. */
record PairConsistency() implements LossTerm.Smooth {

  @Override
  public Evaluation evaluate(List<Datum> data, List<double[]> logprobs) {
    List<double[]> gradients = hessianVectorProduct(data, logprobs, logprobs);
    double sum = 0;
    for (int i = 0; i < logprobs.size(); i += 2) {
      double[] gradient = gradients.get(i);
      for (int t = 0; t < gradient.length; t++) {
        if (gradient[t] != 0) {
          sum += gradient[t] / 2 * (logprobs.get(i)[t] - logprobs.get(i + 1)[t]);
        }
      }
    }
    return new Evaluation(sum, gradients);
  }

  /** The term is a quadratic form, so its gradient is its Hessian in its own direction. */
  @Override
  public List<double[]> hessianVectorProduct(
      List<Datum> data, List<double[]> logprobs, List<double[]> direction) {
    TermInputs.pairs(logprobs);
    List<double[]> products = new ArrayList<>();
    for (int i = 0; i < logprobs.size(); i += 2) {
      double[] one = direction.get(i);
      double[] other = direction.get(i + 1);
      TermInputs.length("log-probabilities in its pair", i, other.length, one.length);
      double[] first = TermInputs.weights(i, data.get(i), one.length);
      double[] second = new double[one.length];
      for (int t = 0; t < one.length; t++) {
        first[t] = first[t] == 0 ? 0 : 2 * first[t] * (one[t] - other[t]);
        second[t] = 0 - first[t];
      }
      products.add(first);
      products.add(second);
    }
    return products;
  }
}
