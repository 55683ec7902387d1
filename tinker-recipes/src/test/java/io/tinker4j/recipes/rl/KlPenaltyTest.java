package io.tinker4j.recipes.rl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.tinker4j.types.Datum;
import io.tinker4j.types.ModelInput;
import io.tinker4j.types.TensorData;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What KL makes of positions that are not trained, and what it refuses. */
class KlPenaltyTest {
  private static final Datum DATUM =
      Datum.policy(
              ModelInput.ofInts(1, 2, 3),
              new int[] {2, 3, 4},
              new float[] {0, -1, -3},
              new float[] {0, 10, 10})
          .with(TrajectoryData.MASK, TensorData.of(0f, 1f, 1f));

  @Test
  void applyTo_movesAdvantagesTowardsTheReference() {
    List<float[]> reference = List.of(new float[] {Float.NaN, -2, -2});

    KlPenalty.Penalized penalized = KlPenalty.of(0.5).applyTo(List.of(DATUM), reference);

    assertThat(penalized.kl()).isZero();
    assertThat(advantages(penalized)).containsExactly(0, 9.5f, 10.5f);
    assertThat(DATUM.lossFnInputs()).containsEntry(Datum.ADVANTAGES, TensorData.of(0f, 10f, 10f));
  }

  @Test
  void applyTo_discount_addsWhatComesLater() {
    List<float[]> reference = List.of(new float[] {0, -2, -2});

    KlPenalty.Penalized penalized = new KlPenalty(0.5, 1).applyTo(List.of(DATUM), reference);

    assertThat(advantages(penalized)).containsExactly(0, 10, 10.5f);
  }

  @Test
  void of_sameLogprobs_isNoDrift() {
    PolicyDrift drift =
        PolicyDrift.of(List.of(DATUM), List.of(new float[] {Float.NEGATIVE_INFINITY, -1, -3}));

    assertThat(drift).isEqualTo(new PolicyDrift(0, 0, 2));
  }

  @Test
  void both_badInput_isRefused() {
    refused("logprobs has 0 entries", "reference has 0 entries", DATUM);
    refused("logprobs[0] has 2 entries", "logprobs[0] has 2 entries", DATUM, -1, -2);
    String place = "data[0], position 2: the sampler's log-probability is -3.0 and the other";
    refused(place, place, DATUM, 0, -1, Float.NaN);
    Datum unmasked = DATUM.with(TrajectoryData.MASK, TensorData.of(0f, 0f, 0f));
    refused("no position", "no position", unmasked, 0, 0, 0);
    Datum negative = DATUM.with(TrajectoryData.MASK, TensorData.of(0f, -1f, 0f));
    refused("mask[1] is -1.0", "mask[1] is -1.0", negative, 0, 0, 0);
    Datum without = TrajectoryData.withoutMasks(List.of(DATUM)).get(0);
    refused("data[0] has no mask", "data[0] has no mask", without, 0, 0, 0);
  }

  private static void refused(String drift, String penalty, Datum datum, float... logprobs) {
    List<float[]> others = logprobs.length == 0 ? List.of() : List.of(logprobs);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> PolicyDrift.of(List.of(datum), others))
        .withMessageContaining(drift);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> KlPenalty.of(0.1).applyTo(List.of(datum), others))
        .withMessageContaining(penalty);
  }

  @Test
  void new_badSettings_isRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> KlPenalty.of(Double.NaN))
        .withMessageContaining("coefficient is NaN");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new KlPenalty(0.1, 1.5))
        .withMessageContaining("discount is 1.5");
  }

  private static float[] advantages(KlPenalty.Penalized penalized) {
    return penalized.data().get(0).lossFnInputs().get(Datum.ADVANTAGES).toFloats();
  }
}
