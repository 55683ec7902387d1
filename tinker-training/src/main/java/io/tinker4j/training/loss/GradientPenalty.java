package io.tinker4j.training.loss;

import io.tinker4j.types.Datum;
import java.util.List;

/** (‖g‖ − target)² with g the gradient of another term; by ℓ it changes with H·g. */
record GradientPenalty(LossTerm.Smooth term, double targetNorm) implements LossTerm {

  @Override
  public Evaluation evaluate(List<Datum> data, List<double[]> logprobs) {
    List<double[]> gradients = term.evaluate(data, logprobs).gradients();
    double norm = Norms.of(gradients);
    double excess = norm - targetNorm;
    List<double[]> products = term.hessianVectorProduct(data, logprobs, gradients);
    double factor = norm == 0 ? 0 : 2 * excess / norm;
    for (double[] product : products) {
      for (int t = 0; t < product.length; t++) {
        product[t] *= factor;
      }
    }
    return new Evaluation(excess * excess, products);
  }
}
