package io.tinker4j.recipes.rl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

/** Rewards to advantages, and sums of what is to come. */
class AdvantagesTest {
  @Test
  void centered_addsUpToNothing() {
    assertThat(Advantages.centered().of(new double[] {1, 2, 6})).containsExactly(-2, -1, 3);
    assertThat(Advantages.centered().of(new double[] {7})).containsExactly(0);
    assertThat(Advantages.centered().of(new double[0])).isEmpty();
  }

  @Test
  void normalized_dividesByTheSampleDeviation() {
    float[] advantages = Advantages.normalized().of(new double[] {0, 0, 1, 1});

    // The deviation is √(4·¼ / 3), so half of that is √3 / 2.
    float expected = (float) (Math.sqrt(3) / 2);
    assertThat(advantages)
        .containsExactly(new float[] {-expected, -expected, expected, expected}, within(2e-6f));
  }

  @Test
  void normalized_equalRewards_areNothing() {
    assertThat(Advantages.normalized().of(new double[] {0.1, 0.1, 0.1})).containsOnly(0);
    assertThat(Advantages.normalized().of(new double[] {3})).containsExactly(0);
    assertThat(Advantages.normalized().of(new double[0])).isEmpty();
  }

  @Test
  void none_isTheReward() {
    assertThat(Advantages.none().of(new double[] {0.5, -2})).containsExactly(0.5f, -2);
  }

  @Test
  void futureSums_discountOutOfRange_isRefused() {
    for (double discount : new double[] {-0.1, 1.1, Double.NaN}) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> Discounts.futureSums(new float[1], discount))
          .withMessageContaining("discount is " + discount);
    }
  }

  @Test
  void futureSums_doesNotChangeItsValues() {
    float[] values = {1, 2, 4};

    assertThat(Discounts.futureSums(values, 0.5)).containsExactly(3, 4, 4);
    assertThat(values).containsExactly(1, 2, 4);
  }
}
