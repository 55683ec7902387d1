package io.tinker4j.training.loss;

import io.tinker4j.types.Datum;
import java.util.List;

/**
 * One term of a loss: its value and its exact gradient, as a function of log-probabilities.
 *
 * <p>In the formulas ℓ is a log-probability, q the reference's one for the same token, w its weight
 * in the example's {@code weights} (1 where an example has none), and Σ goes over all tokens of all
 * examples unless it says otherwise. Nothing is divided by the number of tokens or examples, as in
 * the server's own losses; {@link WeightedLoss} scales a term. The terms here are immutable and
 * thread-safe, and throw an {@link IllegalArgumentException} when weights, references and
 * log-probabilities of an example differ in length.
 */
@FunctionalInterface
public interface LossTerm {
  /**
   * Computes value and gradient.
   *
   * @param logprobs for each example its log-probabilities; not to be changed
   */
  Evaluation evaluate(List<Datum> data, List<double[]> logprobs);

  /**
   * A value and its gradient.
   *
   * @param gradients for each example the derivatives by its log-probabilities
   */
  record Evaluation(double value, List<double[]> gradients) {}

  /** A term that also knows its second derivatives. */
  interface Smooth extends LossTerm {
    /**
     * Returns the product of the matrix of second derivatives with a direction.
     *
     * @param direction for each example a number for each log-probability
     */
    List<double[]> hessianVectorProduct(
        List<Datum> data, List<double[]> logprobs, List<double[]> direction);
  }

  /** Where the log-probabilities of a reference come from. */
  @FunctionalInterface
  interface Reference {
    /**
     * Returns the reference's log-probabilities of an example's target tokens.
     *
     * @param index the place of the example in the batch
     */
    float[] logprobs(int index, Datum datum);

    /** Returns a reference for one batch: one array for each example, in the batch's order. */
    static Reference of(List<float[]> logprobs) {
      List<float[]> copy = List.copyOf(logprobs);
      return (index, datum) -> {
        if (index >= copy.size()) {
          throw new IllegalArgumentException(
              "the reference has %d examples, but the batch has more".formatted(copy.size()));
        }
        return copy.get(index);
      };
    }
  }

  /** Negative log-likelihood: −Σ w·ℓ, the same as the server's {@code cross_entropy}. */
  static Smooth negativeLogLikelihood() {
    return new TokenTerm(null, (l, q) -> -l, (l, q) -> -1, (l, q) -> 0);
  }

  /**
   * Divergence from a reference: Σ w·(e^d − 1 − d) with d = q − ℓ, which is never negative and 0
   * where both agree.
   *
   * <p>This is the estimator k3 of J. Schulman, "Approximating KL Divergence" (2020), which GRPO
   * uses: for tokens sampled from the model its mean is KL(model ‖ reference). As with every loss
   * on given tokens, its gradient is that of the formula, not that of the divergence itself.
   */
  static Smooth klToReference(Reference reference) {
    return new TokenTerm(
        reference,
        (l, q) -> Math.expm1(q - l) - (q - l),
        (l, q) -> -Math.expm1(q - l),
        (l, q) -> Math.exp(q - l));
  }

  /**
   * Entropy as far as the targets show it: −Σ w·e^ℓ·ℓ. Where an example has several targets per
   * position that are all likely tokens, this is the entropy of the distribution over them. A
   * positive weight in a loss lowers it, a negative one raises it.
   */
  static Smooth entropy() {
    return new TokenTerm(
        null,
        (l, q) -> -Math.exp(l) * l,
        (l, q) -> -Math.exp(l) * (1 + l),
        (l, q) -> -Math.exp(l) * (2 + l));
  }

  /** Absolute values: Σ w·|ℓ|; the derivative at 0 is 0. */
  static Smooth l1() {
    return elasticNet(1);
  }

  /** Squares: Σ w·ℓ². */
  static Smooth l2() {
    return elasticNet(0);
  }

  /**
   * Absolute values and squares: Σ w·(a·|ℓ| + (1 − a)·ℓ²), after H. Zou and T. Hastie,
   * "Regularization and Variable Selection via the Elastic Net" (2005).
   *
   * @param l1Ratio a, from 0 to 1
   */
  static Smooth elasticNet(double l1Ratio) {
    TermInputs.range("l1Ratio", l1Ratio, 0, 1);
    double rest = 1 - l1Ratio;
    return new TokenTerm(
        null,
        (l, q) -> l1Ratio * Math.abs(l) + rest * l * l,
        (l, q) -> l1Ratio * Math.signum(l) + 2 * rest * l,
        (l, q) -> 2 * rest);
  }

  /**
   * Consistency with given log-probabilities, say those of the same answer after the unchanged
   * prompt: Σ w·(ℓ − q)².
   */
  static Smooth consistency(Reference reference) {
    return new TokenTerm(
        reference, (l, q) -> (l - q) * (l - q), (l, q) -> 2 * (l - q), (l, q) -> 2);
  }

  /**
   * Consistency of the model with itself: Σ w·(ℓ − ℓ')² over pairs, where ℓ belongs to the first of
   * a pair, as w does, and ℓ' to the second: examples 0 and 1, 2 and 3, and so on, the same answer
   * after two forms of a prompt. Both must have as many log-probabilities, and both get a gradient.
   */
  static Smooth consistency() {
    return new PairConsistency();
  }

  /**
   * Direct preference optimization: Σ −log σ(h) over pairs, with h = β·((s − r) − (s' − r')), where
   * s = Σ w·ℓ and r = Σ w·q of the preferred answer, s' and r' those of the other one. The examples
   * are pairs: 0 is preferred to 1, 2 to 3, and so on.
   *
   * <p>Equation 7 of R. Rafailov et al., "Direct Preference Optimization" (2023), without the mean
   * over pairs.
   *
   * @param beta β, positive, usually about 0.1
   */
  static Smooth dpo(double beta, Reference reference) {
    TermInputs.positive("beta", beta);
    return new PreferenceTerm(beta, 0, reference);
  }

  /**
   * Simple preference optimization: Σ −log σ(h) over pairs, with h = β·(s − s') − γ, where s = Σ
   * w·ℓ / Σ w of the preferred answer and s' that of the other one. The examples are pairs: 0 is
   * preferred to 1, 2 to 3, and so on.
   *
   * <p>Equation 6 of Y. Meng et al., "SimPO: Simple Preference Optimization with a Reference-Free
   * Reward" (2024), without the mean over pairs.
   *
   * @param beta β, positive, usually about 2
   * @param gamma γ, the margin that is aimed at, not negative
   */
  static Smooth simpo(double beta, double gamma) {
    TermInputs.positive("beta", beta);
    TermInputs.range("gamma", gamma, 0, Double.MAX_VALUE);
    return new PreferenceTerm(beta, gamma, null);
  }

  /**
   * Orthogonality of the examples: Σ cos²(x, x') over all ordered pairs of different examples,
   * where x = (w·ℓ) of all tokens of an example, shorter ones filled up with zeros. An example that
   * is all zeros counts for nothing. 0 when no two examples have weighted tokens at the same
   * places.
   *
   * <p>The squared entries off the diagonal of the Gram matrix of normalized rows, known from N.
   * Bansal et al., "Can We Gain More from Orthogonality Regularizations in Training Deep Networks?"
   * (2018) as soft orthogonality, with examples for rows.
   */
  static LossTerm orthogonality() {
    return new OrthogonalityTerm();
  }

  /**
   * Gradient penalty of another term: (‖g‖ − t)², where g is all of that term's gradient and ‖g‖
   * its Euclidean norm. Where g is 0 its derivative is taken to be 0.
   *
   * <p>The penalty of I. Gulrajani et al., "Improved Training of Wasserstein GANs" (2017), taken
   * with respect to log-probabilities at the log-probabilities themselves.
   *
   * @param targetNorm t, not negative
   */
  static LossTerm gradientPenalty(Smooth term, double targetNorm) {
    TermInputs.range("targetNorm", targetNorm, 0, Double.MAX_VALUE);
    return new GradientPenalty(term, targetNorm);
  }
}
