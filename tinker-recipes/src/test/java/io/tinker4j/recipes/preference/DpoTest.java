package io.tinker4j.recipes.preference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.tinker4j.training.loss.CustomLoss;
import io.tinker4j.training.loss.LossTerm;
import io.tinker4j.training.loss.WeightedLoss;
import io.tinker4j.types.Datum;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The preference loss as a custom loss. */
class DpoTest {
  private static final List<Datum> PAIR =
      List.of(
          Datum.supervised(new int[] {1, 2, 3}, new boolean[] {false, false, true}),
          Datum.supervised(1, 2));
  private static final LossTerm.Reference NOTHING =
      LossTerm.Reference.of(List.of(new float[2], new float[1]));

  @Test
  void compute_isTheTermOverPairs() {
    Random random = new Random(7);
    List<Datum> data = new ArrayList<>();
    List<float[]> logprobs = new ArrayList<>();
    List<float[]> reference = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      data.add(Datum.supervised(new int[3 + i]));
      logprobs.add(random(random, 2 + i));
      reference.add(random(random, 2 + i));
    }
    CustomLoss term =
        WeightedLoss.builder()
            .add("dpo", 1 / 3.0, LossTerm.dpo(0.3, LossTerm.Reference.of(reference)))
            .build();

    CustomLoss.Result result =
        Dpo.of(0.3, LossTerm.Reference.of(reference)).compute(data, logprobs);

    CustomLoss.Result expected = term.compute(data, logprobs);
    assertThat(result.loss()).isCloseTo(expected.loss(), within(1e-12));
    for (int i = 0; i < data.size(); i++) {
      assertThat(result.gradients().get(i))
          .containsExactly(expected.gradients().get(i), within(1e-7f));
    }
  }

  private static float[] random(Random random, int length) {
    float[] values = new float[length];
    for (int i = 0; i < length; i++) {
      values[i] = -3 * random.nextFloat();
    }
    return values;
  }

  @Test
  void compute_tokenWithoutWeight_mayBeAnything() {
    List<float[]> logprobs = List.of(new float[] {Float.NaN, -1}, new float[] {-2});

    CustomLoss.Result result = Dpo.of(1, NOTHING).compute(PAIR, logprobs);

    assertThat(result.loss()).isCloseTo(Math.log1p(Math.exp(-1)), within(1e-12));
    assertThat(result.gradients().get(0)[0]).isZero();
    assertThat(result.metrics())
        .containsEntry("accuracy", 1.0)
        .containsEntry("margin", 1.0)
        .containsEntry("chosen_reward", -1.0)
        .containsEntry("rejected_reward", -2.0);
  }

  @Test
  void compute_badInput_isRefused() {
    refused("pairs", PAIR.subList(0, 1), List.of(new float[2]));
    refused("logprobs has 1 entries", PAIR, List.of(new float[2]));
    refused("at least one pair", List.of(), List.of());
    refused("data[0] has 2 weights, but 3", PAIR, List.of(new float[3], new float[1]));
    refused("logprobs[1][0] is NaN", PAIR, List.of(new float[2], new float[] {Float.NaN}));
    assertThatIllegalArgumentException()
        .isThrownBy(() ->
            Dpo.of(1, (index, datum) -> new float[0])
                .compute(PAIR, List.of(new float[2], new float[1])))
        .withMessageContaining("reference[0] has 0 entries");
  }

  private static void refused(String message, List<Datum> data, List<float[]> logprobs) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Dpo.of(1, NOTHING).compute(data, logprobs))
        .withMessageContaining(message);
  }

  @Test
  void of_badBeta_isRefused() {
    for (double beta : new double[] {-1, Double.NaN, Double.POSITIVE_INFINITY}) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> Dpo.of(beta, NOTHING))
          .withMessageContaining("beta is " + beta);
    }
  }

  @Test
  void pairs_extremeMargins_stayFinite() {
    PreferencePairs pairs =
        PreferencePairs.of(1, new double[] {1e6, -1e6}, new double[] {-1e6, 1e6});

    assertThat(pairs.loss()).isEqualTo(1e6);
    assertThat(pairs.chosenGradient(0)).isZero();
    assertThat(pairs.chosenGradient(1)).isEqualTo(-0.5);
    assertThat(pairs.rejectedGradient(1)).isEqualTo(0.5);
  }

  @Test
  void pairs_badNumbers_areRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> PreferencePairs.of(1, new double[1], new double[2]))
        .withMessageContaining("1 preferred answers and 2 others");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> PreferencePairs.of(1, new double[1], new double[] {Double.NaN}))
        .withMessageContaining("rejected[0] is NaN");
  }
}
