package io.tinker4j.training.loss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.tinker4j.training.loss.LossTerm.Evaluation;
import io.tinker4j.training.loss.LossTerm.Reference;
import io.tinker4j.types.Datum;
import io.tinker4j.types.ModelInput;
import io.tinker4j.types.TensorData;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** Values that were worked out by hand, and what holds for every batch. */
class LossTermTest {
  private static final double LN2 = Math.log(2);

  private static Evaluation evaluate(LossTerm term, List<Datum> data, double[]... logprobs) {
    return term.evaluate(data, List.of(logprobs));
  }

  private static Evaluation evaluate(LossTerm term, Batch batch) {
    return term.evaluate(batch.data(), batch.logprobs());
  }

  private static double[] of(double... values) {
    return values;
  }

  @Test
  void negativeLogLikelihood_referenceVector_isTheServersCrossEntropy() {
    Evaluation loss =
        evaluate(LossTerm.negativeLogLikelihood(), List.of(Batch.datum(0, 1, 1)), of(-1, -0.5, -2));

    assertThat(loss.value()).isEqualTo(2.5);
    assertThat(loss.gradients().getFirst()).containsExactly(0, -1, -1);
  }

  @Test
  void negativeLogLikelihood_withoutWeightsOrWithSparseOnes_countsThem() {
    TensorData sparse = TensorData.of(2f).asCsr(new long[] {0, 0, 1}, new long[] {1}, 2, 2);
    Datum wide =
        Datum.of(
            ModelInput.ofInts(1, 2),
            Map.of(
                Datum.TARGET_TOKENS, TensorData.ofLongs(new long[4], 2, 2), Datum.WEIGHTS, sparse));

    Evaluation loss =
        evaluate(
            LossTerm.negativeLogLikelihood(),
            List.of(Batch.unweighted(2), wide),
            of(-1, -2),
            of(-1, -2, -3, -4));

    assertThat(loss.value()).isEqualTo(3 + 8);
    assertThat(loss.gradients().getLast()).containsExactly(0, 0, 0, -2);
  }

  @Test
  void klToReference_oneToken_isTheThirdEstimator() {
    Evaluation kl =
        evaluate(
            LossTerm.klToReference(Reference.of(List.of(new float[] {-1.5f}))),
            List.of(Batch.datum(2)),
            of(-1));

    assertThat(kl.value()).isCloseTo(2 * (Math.exp(-0.5) - 1 + 0.5), within(1e-12));
    assertThat(kl.gradients().getFirst()[0]).isCloseTo(2 * (1 - Math.exp(-0.5)), within(1e-12));
  }

  @Property(tries = 200)
  void klToReference_anyBatch_isNotNegativeAndZeroAtEquality(@ForAll Random random) {
    Batch batch = Batch.random(random);
    assertThat(evaluate(LossTerm.klToReference(batch.asReference()), batch).value()).isPositive();

    Reference same =
        (index, datum) -> {
          double[] own = batch.logprobs().get(index);
          float[] narrow = new float[own.length];
          for (int t = 0; t < own.length; t++) {
            narrow[t] = (float) own[t];
            own[t] = narrow[t];
          }
          return narrow;
        };
    evaluate(LossTerm.klToReference(same), batch);
    Evaluation equal = evaluate(LossTerm.klToReference(same), batch);
    assertThat(equal.value()).isZero();
    assertThat(Norms.of(equal.gradients())).isZero();
  }

  @Test
  void entropy_evenDistribution_isTheLogarithmOfItsSize() {
    double[] even = of(-Math.log(4), -Math.log(4), -Math.log(4), -Math.log(4));

    assertThat(evaluate(LossTerm.entropy(), List.of(Batch.unweighted(4)), even).value())
        .isCloseTo(Math.log(4), within(1e-12));
  }

  @Test
  void penalties_oneExample_areTheirFormulas() {
    List<Datum> data = List.of(Batch.datum(1, 0, 2));
    double[] logprobs = of(-3, -7, -0.5);

    assertThat(evaluate(LossTerm.l1(), data, logprobs).value()).isEqualTo(3 + 1);
    assertThat(evaluate(LossTerm.l2(), data, logprobs).value()).isEqualTo(9 + 0.5);
    assertThat(evaluate(LossTerm.elasticNet(0.25), data, logprobs).value())
        .isEqualTo(0.25 * 4 + 0.75 * 9.5);
    assertThat(evaluate(LossTerm.l1(), List.of(Batch.datum(1)), of(0)).gradients().getFirst())
        .containsExactly(0);
  }

  @Test
  void consistency_pairs_isTheSquaredDifferenceAndPullsBoth() {
    List<Datum> data = List.of(Batch.datum(1, 0), Batch.datum(9, 9));

    Evaluation pair = evaluate(LossTerm.consistency(), data, of(-1, -5), of(-3, -1));

    assertThat(pair.value()).isEqualTo(4);
    assertThat(pair.gradients().get(0)).containsExactly(4, 0);
    assertThat(pair.gradients().get(1)).containsExactly(-4, 0);
    Reference reference = Reference.of(List.of(new float[] {-3, -1}, new float[] {-1, -1}));
    assertThat(evaluate(LossTerm.consistency(reference), data, of(-1, -5), of(-1, -1)).value())
        .isEqualTo(4);
  }

  @Test
  void dpo_onePair_isItsFormula() {
    List<Datum> data = List.of(Batch.datum(1, 1), Batch.datum(1));
    Reference reference = Reference.of(List.of(new float[] {-1, -2}, new float[] {-1}));

    Evaluation loss = evaluate(LossTerm.dpo(0.5, reference), data, of(-0.5, -1), of(-2));

    double h = 0.5 * (1.5 + 1);
    double slope = -0.5 / (1 + Math.exp(h));
    assertThat(loss.value()).isCloseTo(Math.log1p(Math.exp(-h)), within(1e-12));
    assertThat(loss.gradients().get(0)).containsExactly(of(slope, slope), within(1e-12));
    assertThat(loss.gradients().get(1)).containsExactly(of(-slope), within(1e-12));
  }

  @Property(tries = 100)
  void dpo_modelIsTheReference_isLogTwoForEachPair(@ForAll Random random) {
    Batch batch = Batch.random(random);
    for (int i = 0; i < batch.logprobs().size(); i++) {
      for (int t = 0; t < batch.reference().get(i).length; t++) {
        batch.logprobs().get(i)[t] = batch.reference().get(i)[t];
      }
    }

    double value = evaluate(LossTerm.dpo(0.1, batch.asReference()), batch).value();

    assertThat(value).isCloseTo(LN2 * batch.data().size() / 2, within(1e-9));
  }

  @Test
  void simpo_equalMeans_isLogTwoWithoutAMarginAndMoreWithOne() {
    List<Datum> data = List.of(Batch.datum(1, 1, 0), Batch.datum(1));

    double even = evaluate(LossTerm.simpo(2, 0), data, of(-1, -3, -9), of(-2)).value();
    double margin = evaluate(LossTerm.simpo(2, 0.5), data, of(-1, -3, -9), of(-2)).value();

    assertThat(even).isCloseTo(LN2, within(1e-12));
    assertThat(margin).isCloseTo(Math.log1p(Math.exp(0.5)), within(1e-12));
  }

  @Test
  void preferences_extremeMargins_stayFinite() {
    List<Datum> data = List.of(Batch.datum(1), Batch.datum(1));

    Evaluation good = evaluate(LossTerm.simpo(1, 0), data, of(-1), of(-5000));
    Evaluation bad = evaluate(LossTerm.simpo(1, 0), data, of(-5000), of(-1));

    assertThat(good.value()).isZero();
    assertThat(bad.value()).isEqualTo(4999);
    assertThat(bad.gradients().getFirst()).containsExactly(-1);
  }

  @Test
  void orthogonality_parallelAndApart_isTwoAndZero() {
    List<Datum> data = List.of(Batch.unweighted(2), Batch.unweighted(3));
    assertThat(evaluate(LossTerm.orthogonality(), data, of(-1, -2), of(-2, -4, 0)).value())
        .isCloseTo(2, within(1e-12));

    Evaluation apart =
        evaluate(
            LossTerm.orthogonality(),
            List.of(Batch.datum(1, 0), Batch.datum(0, 1), Batch.datum(0)),
            of(-1, -9),
            of(-9, -1),
            of(-1));
    assertThat(apart.value()).isZero();
    assertThat(Norms.of(apart.gradients())).isZero();
  }

  @Test
  void gradientPenalty_ofKnownGradients_measuresTheirNorm() {
    List<Datum> data = List.of(Batch.datum(3, 4));

    Evaluation constant =
        evaluate(LossTerm.gradientPenalty(LossTerm.negativeLogLikelihood(), 1), data, of(-1, -1));
    Evaluation squares =
        evaluate(LossTerm.gradientPenalty(LossTerm.l2(), 0), List.of(Batch.datum(1)), of(-3));
    Evaluation flat =
        evaluate(LossTerm.gradientPenalty(LossTerm.l2(), 1), List.of(Batch.datum(1)), of(0));

    assertThat(constant.value()).isEqualTo(16);
    assertThat(Norms.of(constant.gradients())).isZero();
    assertThat(squares.value()).isEqualTo(36);
    assertThat(squares.gradients().getFirst()).containsExactly(-24);
    assertThat(flat.value()).isEqualTo(1);
    assertThat(flat.gradients().getFirst()).containsExactly(0);
  }

  @Test
  void tokensWithoutWeight_infinitelyUnlikely_changeNothing() {
    double[] unlikely = of(-1, Double.NEGATIVE_INFINITY);
    List<Datum> data = List.of(Batch.datum(1, 0), Batch.datum(1, 0));
    Reference reference = Reference.of(List.of(new float[2], new float[2]));
    for (LossTerm term :
        List.of(
            LossTerm.negativeLogLikelihood(),
            LossTerm.klToReference(reference),
            LossTerm.entropy(),
            LossTerm.elasticNet(0.5),
            LossTerm.consistency(),
            LossTerm.dpo(1, reference),
            LossTerm.simpo(1, 1),
            LossTerm.orthogonality(),
            LossTerm.gradientPenalty(LossTerm.l2(), 1))) {
      Evaluation found = evaluate(term, data, unlikely, unlikely);

      assertThat(found.value()).isFinite();
      assertThat(Norms.of(found.gradients())).isFinite();
    }
  }

  @Test
  void inputs_thatDoNotFit_areRefusedByName() {
    Batch odd = new Batch(List.of(Batch.datum(1)), List.of(of(-1)), List.of(new float[2]));

    refused("weights", () -> evaluate(LossTerm.l1(), List.of(Batch.datum(1)), of(-1, -1)));
    refused("pairs", () -> evaluate(LossTerm.consistency(), odd));
    refused("pairs", () -> evaluate(LossTerm.simpo(1, 0), odd));
    refused("reference", () -> evaluate(LossTerm.klToReference(odd.asReference()), odd));
    refused("reference", () -> evaluate(LossTerm.consistency(Reference.of(List.of())), odd));
    refused(
        "weights of example 1",
        () ->
            evaluate(
                LossTerm.simpo(1, 0), List.of(Batch.datum(1), Batch.datum(0)), of(-1), of(-1)));
    refused("beta", () -> LossTerm.dpo(0, odd.asReference()));
    refused("gamma", () -> LossTerm.simpo(1, -1));
    refused("l1Ratio", () -> LossTerm.elasticNet(1.5));
    refused("targetNorm", () -> LossTerm.gradientPenalty(LossTerm.l2(), Double.NaN));
  }

  private static void refused(String named, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(named);
  }
}
