package io.tinker4j.testkit.model;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * One pass over a list of examples.
 *
 * <p>Each example's gradient is computed on its own and the gradients are added in the order of the
 * examples. So neither the number of threads nor a cut of the list into several passes changes a
 * bit of the sum.
 */
final class ExamplePass {
  /** Most examples in flight at a time, and their gradients; neither affects results. */
  private static final int WAVE = 16;

  private static final long WAVE_WEIGHTS = 1L << 22;

  /** Multiplications, in the forward pass, that are done sooner than handed to other threads. */
  private static final long SMALL = 2_000_000;

  private final Network network;
  private final List<Example> examples;
  private final Loss loss;
  private final @Nullable Gradients[] ownGradients;
  private final double[] losses;
  private final float[][] logprobs;

  private ExamplePass(Network network, List<Example> examples, Loss loss) {
    this.network = network;
    this.examples = examples;
    this.loss = loss;
    ownGradients = new Gradients[Math.clamp(WAVE_WEIGHTS / network.size(), 1, WAVE)];
    this.losses = new double[examples.size()];
    this.logprobs = new float[examples.size()][];
  }

  /**
   * Runs the pass and adds the gradients to {@code sum}, unless it is null.
   *
   * @throws IllegalArgumentException naming the example that lacks an input or is of another
   *     vocabulary; nothing is added then
   */
  static PassResult run(
      Network network,
      List<Example> examples,
      Loss loss,
      @Nullable Gradients sum,
      Executor executor) {
    requireInputs(network, examples, loss);
    ExamplePass pass = new ExamplePass(network, examples, loss);
    if (pass.isSmall()) {
      pass.runAlone(sum);
    } else {
      int wave = pass.ownGradients.length;
      for (int start = 0; start < examples.size(); start += wave) {
        pass.runWave(start, Math.min(wave, examples.size() - start), sum, executor);
      }
    }
    double lossSum = 0;
    for (double value : pass.losses) {
      lossSum += value;
    }
    return new PassResult(lossSum, Arrays.asList(pass.logprobs));
  }

  private static void requireInputs(Network network, List<Example> examples, Loss loss) {
    for (int i = 0; i < examples.size(); i++) {
      if (!examples.get(i).vocabulary().equals(network.vocabulary())) {
        throw new IllegalArgumentException(
            "example %d is of %d tokens; the model has %d"
                .formatted(i, examples.get(i).vocabulary().size(), network.vocabulary().size()));
      }
      try {
        loss.requireInputs(examples.get(i));
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException("example " + i + ": " + e.getMessage(), e);
      }
    }
  }

  private boolean isSmall() {
    return network.size() * examples.stream().mapToLong(Example::length).sum() < SMALL;
  }

  /** One example after the other in the same memory, without another thread. */
  private void runAlone(@Nullable Gradients sum) {
    int longest = examples.stream().mapToInt(Example::length).max().orElse(0);
    TokenBlock block = network.block(longest);
    Gradients own = sum == null ? null : sum.fresh();
    for (int i = 0; i < examples.size(); i++) {
      runExample(i, own, block);
      if (sum != null && own != null) {
        sum.add(own);
        own.clear();
      }
    }
  }

  private void runWave(int start, int count, @Nullable Gradients sum, Executor executor) {
    for (int i = 0; sum != null && i < count; i++) {
      Gradients own = ownGradients[i];
      if (own == null) {
        ownGradients[i] = sum.fresh();
      } else {
        own.clear();
      }
    }
    CooperativeLoop.run(
        count,
        executor,
        () -> {
          TokenBlock block = network.block(Integer.MAX_VALUE);
          return i -> runExample(start + i, ownGradients[i], block);
        });
    for (int i = 0; sum != null && i < count; i++) {
      sum.add(Objects.requireNonNull(ownGradients[i]));
    }
  }

  private void runExample(int index, @Nullable Gradients gradients, TokenBlock block) {
    Example example = examples.get(index);
    float[] scores = new float[example.length() * example.targetsPerPosition()];
    for (int start = 0; start < example.length(); start += block.size()) {
      int count = Math.min(block.size(), example.length() - start);
      network.forward(block, example.tokens(), start, count);
      boolean matters = false;
      for (int t = 0; t < count; t++) {
        matters |= score(index, start + t, block.logits[t], block.probabilities[t], scores);
      }
      if (gradients != null && matters) {
        network.backward(block, count, gradients);
      }
    }
    logprobs[index] = scores;
  }

  /**
   * Scores a position's targets and turns its probabilities into the gradient of its logits.
   * Returns whether that gradient is other than zero.
   */
  private boolean score(
      int index, int position, double[] logits, double[] probabilities, float[] scores) {
    Example example = examples.get(index);
    int targets = example.targetsPerPosition();
    double normaliser = Kernels.softmax(logits, probabilities);
    double[] gradients = new double[targets];
    double gradientSum = 0;
    boolean matters = false;
    for (int k = 0; k < targets; k++) {
      int target = example.target(position, k);
      double logprob = target == Vocabulary.UNKNOWN ? Double.NaN : logits[target] - normaliser;
      TargetToken term = example.term(position, k, logprob);
      scores[position * targets + k] = (float) logprob;
      losses[index] += loss.value(term);
      gradients[k] = target == Vocabulary.UNKNOWN ? Double.NaN : loss.gradient(term);
      gradientSum += gradients[k];
      matters |= gradients[k] != 0;
    }
    for (int v = 0; v < probabilities.length; v++) {
      probabilities[v] *= -gradientSum;
    }
    for (int k = 0; k < targets; k++) {
      int target = example.target(position, k);
      if (target != Vocabulary.UNKNOWN) { // else all are NaN already
        probabilities[target] += gradients[k];
      }
    }
    return matters;
  }
}
