package io.tinker4j.training.loss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.entry;
import static org.assertj.core.api.Assertions.within;

import io.tinker4j.types.Datum;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The sum of terms and what is reported of it. */
class WeightedLossTest {
  private static final List<Datum> DATA = List.of(Batch.datum(1, 2), Batch.datum(1));
  private static final List<float[]> LOGPROBS = List.of(new float[] {-1, -2}, new float[] {-3});

  @Test
  void compute_twoTerms_addsThemUpAndReportsEach() {
    CustomLoss loss =
        WeightedLoss.builder()
            .add("nll", 2, LossTerm.negativeLogLikelihood())
            .add("l2", -0.5, LossTerm.l2())
            .build();

    CustomLoss.Result result = loss.compute(DATA, LOGPROBS);

    assertThat(result.loss()).isEqualTo(2 * 8 - 0.5 * 18);
    assertThat(result.gradients().get(0)).containsExactly(-2 + 1, -4 + 4);
    assertThat(result.gradients().get(1)).containsExactly(-2 + 3);
    assertThat(result.metrics())
        .containsExactly(
            entry("nll/value", 8.0),
            entry("nll/weighted", 16.0),
            entry("nll/grad_norm", Math.sqrt(6)),
            entry("l2/value", 18.0),
            entry("l2/weighted", -9.0),
            entry("l2/grad_norm", Math.sqrt(4 + 64 + 36)),
            entry("total/loss", 7.0),
            entry("total/grad_norm", Math.sqrt(2)));
  }

  @Test
  void compute_termOfOnesOwn_isALambda() {
    LossTerm mine =
        (data, logprobs) -> new LossTerm.Evaluation(5, List.of(new double[2], new double[] {1e-3}));

    CustomLoss.Result result =
        WeightedLoss.builder().add("mine", 1, mine).build().compute(DATA, LOGPROBS);

    assertThat(result.loss()).isEqualTo(5);
    assertThat(result.gradients().get(1)[0]).isCloseTo(1e-3f, within(1e-9f));
  }

  @Test
  void compute_termThatDoesNotFit_isNamed() {
    LossTerm mine = (data, logprobs) -> new LossTerm.Evaluation(5, List.of(new double[2]));

    assertThatThrownBy(
            () -> WeightedLoss.builder().add("mine", 1, mine).build().compute(DATA, LOGPROBS))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("'mine'");
  }

  @Test
  void compute_gradientBeyondAllNumbers_isRefusedWithItsPlace() {
    CustomLoss loss = WeightedLoss.builder().add("l2", 1e300, LossTerm.l2()).build();

    assertThatThrownBy(() -> loss.compute(DATA, LOGPROBS))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("gradients[0][0]");
  }

  @Test
  void build_wrongNamesOrWeights_areRefused() {
    WeightedLoss.Builder builder = WeightedLoss.builder().add("a", 1, LossTerm.l1());

    for (String name : List.of("a", "", "total")) {
      assertThatThrownBy(() -> builder.add(name, 1, LossTerm.l1()))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("name");
    }
    assertThatThrownBy(() -> builder.add("b", Double.NaN, LossTerm.l1()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("weight");
    assertThatThrownBy(() -> WeightedLoss.builder().build())
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void checkedFor_resultThatDoesNotFit_isRefused() {
    CustomLoss.Result result = new CustomLoss.Result(1, List.of(new float[2]), Map.of("m", 1.0));

    assertThat(result.checkedFor(List.of(new float[2]))).isSameAs(result);
    assertThatThrownBy(() -> result.checkedFor(List.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("0 examples");
    assertThatThrownBy(() -> result.checkedFor(List.of(new float[3])))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("gradients[0]");
    assertThatThrownBy(() ->
            CustomLoss.Result.of(1, List.of(new float[] {0, Float.NaN}))
                .checkedFor(List.of(new float[2])))
        .hasMessageContaining("gradients[0][1] is NaN");
  }
}
