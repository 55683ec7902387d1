package io.tinker4j.testkit.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Map;
import java.util.stream.Stream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class LossTest {
  private static final Offset<Double> EXACT = within(1e-9);

  private static final TargetToken[] TERMS = {
    new TargetToken(-1.0, 0, -1.2, 1),
    new TargetToken(-0.5, 1, -0.5, -1),
    new TargetToken(-2.0, 1, -1, 0.5)
  };

  static Stream<Arguments> referenceVectors() {
    double r0 = 1.2214027581601699;
    double half = 0.18393972058572117;
    return Stream.of(
        Arguments.of("cross_entropy", Map.of(), 2.5, new double[] {0, -1, -1}),
        Arguments.of(
            "importance_sampling", Map.of(), -0.405342478745891, new double[] {-r0, 1, -half}),
        Arguments.of("ppo", thresholds(0.8, 1.2), -0.383939720585721, new double[] {0, 1, -half}),
        Arguments.of("ppo", Map.of(), -0.383939720585721, new double[] {0, 1, -half}),
        Arguments.of("ppo", thresholds(0.9, 1.1), -0.283939720585721, new double[] {0, 1, -half}),
        Arguments.of("cispo", thresholds(0.8, 1.2), 1.5, new double[] {-1.2, 1, -0.4}),
        Arguments.of(
            "cispo", thresholds(0.0, 4.0), 1.089282199331613, new double[] {-r0, 1, -half}),
        Arguments.of("cispo", Map.of(), 1.089282199331613, new double[] {-r0, 1, -half}),
        Arguments.of("dro", Map.of("beta", 0.05), 1.526, new double[] {-0.99, 1, -0.55}),
        Arguments.of("dro", Map.of(), 1.526, new double[] {-0.99, 1, -0.55}));
  }

  @ParameterizedTest
  @MethodSource("referenceVectors")
  void value_referenceVectors_agree(
      String name, Map<String, Double> config, double value, double[] gradient) {
    Loss loss = Loss.parse(name, config);

    double sum = 0;
    for (int i = 0; i < TERMS.length; i++) {
      sum += loss.value(TERMS[i]);
      assertThat(loss.gradient(TERMS[i])).isEqualTo(gradient[i], EXACT);
    }
    assertThat(sum).isEqualTo(value, EXACT);
  }

  @Test
  void gradient_ppoClippedAwayFromTheMinimum_followsTheUnclippedTerm() {
    TargetToken farBelowWithBadAdvantage = new TargetToken(-2, 1, -1, -1);
    TargetToken farAboveWithBadAdvantage = new TargetToken(-1, 1, -2, -1);
    Loss ppo = Loss.parse("ppo", Map.of());

    assertThat(ppo.gradient(farBelowWithBadAdvantage)).isZero();
    assertThat(ppo.gradient(farAboveWithBadAdvantage)).isEqualTo(Math.E, EXACT);
  }

  @Test
  void parse_unknownName_namesItAndTheChoices() {
    assertThatThrownBy(() -> Loss.parse("gspo", Map.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContainingAll("gspo", "cross_entropy", "cispo");
  }

  @Test
  void parse_unknownSetting_namesItAndTheKnownOnes() {
    assertThatThrownBy(() -> Loss.parse("ppo", Map.of("epsilon", 0.2)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContainingAll("epsilon", "ppo", "clip_low_threshold");
    assertThatThrownBy(() -> Loss.parse("cross_entropy", Map.of("beta", 0.1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContainingAll("beta", "no settings");
  }

  @Test
  void parse_thresholdsOutOfOrderOrNotFinite_isRefused() {
    assertThatThrownBy(() -> Loss.parse("ppo", thresholds(1.2, 0.8)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContainingAll("1.2", "0.8");
    assertThatThrownBy(() -> Loss.parse("dro", Map.of("beta", Double.NaN)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("beta");
  }

  private static Map<String, Double> thresholds(double low, double high) {
    return Map.of("clip_low_threshold", low, "clip_high_threshold", high);
  }
}
