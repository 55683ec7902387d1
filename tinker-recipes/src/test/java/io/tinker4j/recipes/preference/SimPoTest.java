package io.tinker4j.recipes.preference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.tinker4j.training.loss.CustomLoss;
import io.tinker4j.training.loss.LossTerm;
import io.tinker4j.types.Datum;
import java.util.List;
import org.junit.jupiter.api.Test;

class SimPoTest {
  private static final List<Datum> PAIR =
      List.of(Datum.supervised(1, 2, 3), Datum.supervised(1, 4, 5, 6));

  @Test
  void compute_isTheFormula() {
    List<float[]> logprobs = List.of(new float[] {-1, -2}, new float[] {-3, -3, -3});

    CustomLoss.Result result = SimPo.of(2, 0.5).compute(PAIR, logprobs);

    double margin = 2 * (-1.5 + 3) - 0.5;
    assertThat(result.loss()).isCloseTo(Math.log1p(Math.exp(-margin)), within(1e-12));
    float slope = (float) (2 / (1 + Math.exp(margin)));
    assertThat(result.gradients().get(0))
        .containsExactly(new float[] {-slope / 2, -slope / 2}, within(1e-7f));
    assertThat(result.gradients().get(1)[2]).isCloseTo(slope / 3, within(1e-7f));
    assertThat(result.metrics())
        .containsEntry("accuracy", 1.0)
        .containsEntry("margin", 3.0)
        .containsEntry("chosen_reward", -3.0)
        .containsEntry("rejected_reward", -6.0);
  }

  @Test
  void compute_isTheTermOfTheSameName_overPairs() {
    List<Datum> pairs = List.of(PAIR.get(0), PAIR.get(1), PAIR.get(1), PAIR.get(0));
    List<float[]> logprobs =
        List.of(
            new float[] {-1, -2},
            new float[] {-3, -1, -2},
            new float[] {-0.5f, -4, -1},
            new float[] {-2, -0.1f});
    List<double[]> exact =
        logprobs.stream()
            .map(each -> {
              double[] wide = new double[each.length];
              for (int i = 0; i < wide.length; i++) {
                wide[i] = each[i];
              }
              return wide;
            })
            .toList();

    LossTerm.Evaluation term = LossTerm.simpo(2, 0.5).evaluate(pairs, exact);
    CustomLoss.Result loss = SimPo.of(2, 0.5).compute(pairs, logprobs);

    assertThat(loss.loss()).isCloseTo(term.value() / 2, within(1e-9));
    assertThat((double) loss.gradients().get(2)[1])
        .isCloseTo(term.gradients().get(2)[1] / 2, within(1e-6));
  }

  @Test
  void whatHasNoMean_isRefused() {
    assertThatThrownBy(() -> SimPo.of(2, -1)).hasMessageContaining("gamma");
    assertThatThrownBy(() -> SimPo.of(2, 0).compute(List.of(), List.of()))
        .hasMessageContaining("at least one pair");
    Datum unweighted = Datum.supervised(new int[] {1, 2}, new boolean[2]);
    assertThatThrownBy(() ->
            SimPo.of(2, 0)
                .compute(
                    List.of(unweighted, unweighted), List.of(new float[] {-1}, new float[] {-1})))
        .hasMessageContaining("data[0] add up to 0");
  }
}
