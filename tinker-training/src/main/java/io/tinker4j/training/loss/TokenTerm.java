package io.tinker4j.training.loss;

import io.tinker4j.types.Datum;
import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleBinaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A term that is a weighted sum of the same function of each token.
 *
 * @param reference null when the function does not look at one
 * @param value the function of a log-probability and the reference's
 * @param slope its derivative by the log-probability
 * @param bend its second derivative
 */
record TokenTerm(
    LossTerm.@Nullable Reference reference,
    DoubleBinaryOperator value,
    DoubleBinaryOperator slope,
    DoubleBinaryOperator bend)
    implements LossTerm.Smooth {

  @Override
  public Evaluation evaluate(List<Datum> data, List<double[]> logprobs) {
    double sum = 0;
    for (double[] each : weighted(value, data, logprobs)) {
      for (double part : each) {
        sum += part;
      }
    }
    return new Evaluation(sum, weighted(slope, data, logprobs));
  }

  @Override
  public List<double[]> hessianVectorProduct(
      List<Datum> data, List<double[]> logprobs, List<double[]> direction) {
    List<double[]> products = weighted(bend, data, logprobs);
    for (int i = 0; i < products.size(); i++) {
      double[] product = products.get(i);
      for (int t = 0; t < product.length; t++) {
        product[t] *= direction.get(i)[t];
      }
    }
    return products;
  }

  private List<double[]> weighted(
      DoubleBinaryOperator function, List<Datum> data, List<double[]> logprobs) {
    List<double[]> results = new ArrayList<>();
    for (int i = 0; i < logprobs.size(); i++) {
      double[] own = logprobs.get(i);
      double[] result = TermInputs.weights(i, data.get(i), own.length);
      float[] other =
          reference == null
              ? new float[own.length]
              : TermInputs.reference(reference, i, data.get(i), own.length);
      for (int t = 0; t < own.length; t++) {
        // A token that does not count may have any log-probability, even an infinite one.
        result[t] = result[t] == 0 ? 0 : result[t] * function.applyAsDouble(own[t], other[t]);
      }
      results.add(result);
    }
    return results;
  }
}
