package io.tinker4j.recipes.rl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.tinker4j.training.loss.CustomLoss;
import io.tinker4j.types.Datum;
import io.tinker4j.types.LossFunction;
import io.tinker4j.types.ModelInput;
import io.tinker4j.types.TensorData;
import java.util.List;
import org.junit.jupiter.api.Test;

class MaskedDroTest {
  /** Log-probabilities and advantages of the protocol's reference values, behind a prompt. */
  private static final Datum DATUM =
      Datum.policy(
              ModelInput.ofInts(1, 2, 3, 4),
              new int[] {2, 3, 4, 5},
              new float[] {0, -1.2f, -0.5f, -1.0f},
              new float[] {0, 1, -1, 0.5f})
          .with(TrajectoryData.MASK, TensorData.of(0f, 1f, 1f, 1f));

  @Test
  void compute_hasTheProtocolsValues_andLeavesThePromptAlone() {
    MaskedDro loss = MaskedDro.of(LossFunction.dro(0.05), List.of(DATUM));

    CustomLoss.Result result =
        loss.compute(loss.targets(), List.of(new float[] {-7, -1.0f, -0.5f, -2.0f}));

    assertThat(result.loss()).isCloseTo(1.526, within(1e-6));
    assertThat(result.gradients().get(0))
        .containsExactly(new float[] {0, -0.99f, 1, -0.55f}, within(1e-6f));
    assertThat(loss.targets().get(0).lossFnInputs()).containsOnlyKeys(Datum.TARGET_TOKENS);
  }

  @Test
  void beta_isThatOfTheDocumentation_unlessSet() {
    List<float[]> logprobs = List.of(new float[] {0, -1.0f, -0.5f, -2.0f});
    MaskedDro plain = MaskedDro.of(LossFunction.DRO, List.of(DATUM));
    MaskedDro strong = MaskedDro.of(LossFunction.dro(1), List.of(DATUM));

    assertThat(plain.compute(List.of(), logprobs).loss()).isCloseTo(1.526, within(1e-6));
    assertThat(strong.compute(List.of(), logprobs).loss()).isCloseTo(2.02, within(1e-6));
  }
}
