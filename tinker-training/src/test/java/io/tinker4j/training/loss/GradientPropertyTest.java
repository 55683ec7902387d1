package io.tinker4j.training.loss;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** Every gradient against central finite differences, relative error below 1e-4. */
class GradientPropertyTest {
  private static final double STEP = 1e-5;
  private static final double TOLERANCE = 1e-4;

  private static List<double[]> differences(LossTerm term, Batch batch) {
    List<double[]> differences = new ArrayList<>();
    for (int i = 0; i < batch.logprobs().size(); i++) {
      double[] own = batch.logprobs().get(i);
      double[] difference = new double[own.length];
      for (int t = 0; t < own.length; t++) {
        double before = own[t];
        own[t] = before + STEP;
        double above = term.evaluate(batch.data(), batch.logprobs()).value();
        own[t] = before - STEP;
        double below = term.evaluate(batch.data(), batch.logprobs()).value();
        own[t] = before;
        difference[t] = (above - below) / (2 * STEP);
      }
      differences.add(difference);
    }
    return differences;
  }

  /**
   * Entries a thousand times smaller than the largest, or below 1e-4, are measured against that:
   * differences of losses about 100 are rounded to 1e-9.
   */
  private static void agree(List<double[]> exact, List<double[]> measured) {
    double largest = 1e-1;
    for (double[] each : measured) {
      for (double entry : each) {
        largest = Math.max(largest, Math.abs(entry));
      }
    }
    for (int i = 0; i < exact.size(); i++) {
      for (int t = 0; t < exact.get(i).length; t++) {
        double one = exact.get(i)[t];
        double other = measured.get(i)[t];
        double scale = Math.max(largest / 1000, Math.max(Math.abs(one), Math.abs(other)));
        assertThat(Math.abs(one - other) / scale)
            .as("[%d][%d]: %s and %s", i, t, one, other)
            .isLessThan(TOLERANCE);
      }
    }
  }

  private static void check(Random random, Function<Batch, LossTerm> term) {
    Batch batch = Batch.random(random);
    LossTerm made = term.apply(batch);
    agree(made.evaluate(batch.data(), batch.logprobs()).gradients(), differences(made, batch));
  }

  /** The curvature in a direction is the change of the gradient along it. */
  private static void checkSmooth(Random random, Function<Batch, LossTerm.Smooth> term) {
    check(random, term::apply);
    Batch batch = Batch.random(random);
    LossTerm.Smooth made = term.apply(batch);
    List<double[]> direction = new ArrayList<>();
    for (double[] each : batch.logprobs()) {
      direction.add(random.doubles(each.length, -1, 1).toArray());
    }
    List<double[]> above = gradientsAt(made, batch, direction, STEP);
    List<double[]> below = gradientsAt(made, batch, direction, -STEP);
    for (int i = 0; i < above.size(); i++) {
      for (int t = 0; t < above.get(i).length; t++) {
        above.get(i)[t] = (above.get(i)[t] - below.get(i)[t]) / (2 * STEP);
      }
    }
    agree(made.hessianVectorProduct(batch.data(), batch.logprobs(), direction), above);
    check(random, any -> LossTerm.gradientPenalty(term.apply(any), 0.7));
  }

  private static List<double[]> gradientsAt(
      LossTerm term, Batch batch, List<double[]> direction, double step) {
    List<double[]> moved = new ArrayList<>();
    for (int i = 0; i < direction.size(); i++) {
      double[] each = batch.logprobs().get(i).clone();
      for (int t = 0; t < each.length; t++) {
        each[t] += step * direction.get(i)[t];
      }
      moved.add(each);
    }
    return term.evaluate(batch.data(), moved).gradients();
  }

  @Property(tries = 100)
  void negativeLogLikelihood(@ForAll Random random) {
    checkSmooth(random, batch -> LossTerm.negativeLogLikelihood());
  }

  @Property(tries = 100)
  void klToReference(@ForAll Random random) {
    checkSmooth(random, batch -> LossTerm.klToReference(batch.asReference()));
  }

  @Property(tries = 100)
  void entropy(@ForAll Random random) {
    checkSmooth(random, batch -> LossTerm.entropy());
  }

  @Property(tries = 100)
  void l1(@ForAll Random random) {
    checkSmooth(random, batch -> LossTerm.l1());
  }

  @Property(tries = 100)
  void l2(@ForAll Random random) {
    checkSmooth(random, batch -> LossTerm.l2());
  }

  @Property(tries = 100)
  void elasticNet(@ForAll Random random) {
    double ratio = random.nextDouble();
    checkSmooth(random, batch -> LossTerm.elasticNet(ratio));
  }

  @Property(tries = 100)
  void consistencyWithAReference(@ForAll Random random) {
    checkSmooth(random, batch -> LossTerm.consistency(batch.asReference()));
  }

  @Property(tries = 100)
  void consistencyOfPairs(@ForAll Random random) {
    checkSmooth(random, batch -> LossTerm.consistency());
  }

  @Property(tries = 100)
  void dpo(@ForAll Random random) {
    double beta = 0.05 + random.nextDouble();
    checkSmooth(random, batch -> LossTerm.dpo(beta, batch.asReference()));
  }

  @Property(tries = 100)
  void simpo(@ForAll Random random) {
    double beta = 0.5 + 2 * random.nextDouble();
    double gamma = random.nextDouble();
    checkSmooth(random, batch -> LossTerm.simpo(beta, gamma));
  }

  @Property(tries = 100)
  void orthogonality(@ForAll Random random) {
    check(random, batch -> LossTerm.orthogonality());
  }
}
