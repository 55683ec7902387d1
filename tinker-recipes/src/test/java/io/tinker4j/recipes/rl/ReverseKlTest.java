package io.tinker4j.recipes.rl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.tinker4j.types.Datum;
import io.tinker4j.types.ModelInput;
import io.tinker4j.types.TensorData;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class ReverseKlTest {
  private static final Datum DATUM =
      Datum.policy(
              ModelInput.ofInts(1, 2, 3),
              new int[] {2, 3, 4},
              new float[] {0, -1, -2},
              new float[] {0, 0.5f, 0.5f})
          .with(TrajectoryData.MASK, TensorData.of(0f, 1f, 1f));

  private static float[] advantages(ReverseKl term) {
    AdvantageTerm.Adjusted adjusted =
        term.applyTo(List.of(DATUM), List.of(new float[] {-9, -1.5f, -1}));
    assertThat(adjusted.metrics().get("teacher_kl")).isCloseTo(-0.25, within(1e-6));
    return Objects.requireNonNull(adjusted.data().get(0).lossFnInputs().get(Datum.ADVANTAGES))
        .toFloats();
  }

  @Test
  void advantages_growByWhatTheTeacherWouldRatherSay() {
    assertThat(advantages(new ReverseKl(2, 0)))
        .containsExactly(new float[] {0, -0.5f, 2.5f}, within(1e-6f));
    assertThat(advantages(new ReverseKl(1, 0.5)))
        .containsExactly(new float[] {0.25f - 0.25f, 0.5f, 1.5f}, within(1e-6f));
  }

  @Test
  void whatIsNotFinite_isRefused() {
    assertThatThrownBy(() ->
            new ReverseKl(1, 0).applyTo(List.of(DATUM), List.of(new float[] {0, Float.NaN, -1})))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("position 1");
    assertThatThrownBy(() -> new ReverseKl(Double.NaN, 0)).hasMessageContaining("coefficient");
  }

  /** A discount can put something there, which would be learned from a log-probability of 0. */
  @Test
  void withoutMasks_leavesNothingOnThePrompt() {
    Datum penalized = DATUM.with(Datum.ADVANTAGES, TensorData.of(3f, 1f, -1f));

    assertThat(TrajectoryData.withoutMasks(List.of(penalized)).get(0).lossFnInputs())
        .containsEntry(Datum.ADVANTAGES, TensorData.of(0f, 1f, -1f))
        .doesNotContainKey(TrajectoryData.MASK);
  }

  @Test
  void context_isReadInFrontAndLeftOut() {
    SequenceLogprobs counting =
        data -> {
          assertThat(data.get(0).modelInput().toInts()).containsExactly(8, 9, 1, 2, 3);
          return List.of(new float[] {0, 1, 2, 3, 4});
        };

    assertThat(counting.withContext(ModelInput.ofInts(8, 9)).ofTargets(List.of(DATUM)).get(0))
        .containsExactly(2, 3, 4);
  }
}
