package io.tinker4j.testkit.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The optimizer against a computation written straight from the documented formulas. */
class AdamTest {
  private static final List<Example> EXAMPLES =
      TestData.nextTokenExamples(TestData.TEXT, 40).subList(0, 3);

  @Test
  void optimStep_settingsChangingFromStepToStep_followTheFormulas() {
    List<AdamSettings> schedule =
        List.of(
            AdamSettings.of(0.01),
            new AdamSettings(0.02, 0.8, 0.99, 1e-8, 0.1, 0.0),
            new AdamSettings(0.005, 0.9, 0.95, 1e-12, 0.0, 0.5),
            new AdamSettings(0.01, 0.9, 0.95, 1e-12, 0.3, 1e9),
            new AdamSettings(0.01, 0.0, 0.5, 1e-3, 0.3, 2.0));
    LoraModel model = TestData.model(2);
    double[] p = values(model);
    double[] m = new double[p.length];
    double[] v = new double[p.length];

    for (int t = 1; t <= schedule.size(); t++) {
      AdamSettings adam = schedule.get(t - 1);
      double[] g = gradients(model);
      double norm = norm(g);
      double clip = adam.gradClipNorm() > 0 ? Math.min(1, adam.gradClipNorm() / norm) : 1;
      for (int i = 0; i < p.length; i++) {
        double clipped = g[i] * clip;
        m[i] = adam.beta1() * m[i] + (1 - adam.beta1()) * clipped;
        v[i] = adam.beta2() * v[i] + (1 - adam.beta2()) * Math.pow(clipped, 2);
        double mHat = m[i] / (1 - Math.pow(adam.beta1(), t));
        double vHat = v[i] / (1 - Math.pow(adam.beta2(), t));
        double update = mHat / (Math.sqrt(vHat) + adam.eps()) + adam.weightDecay() * p[i];
        p[i] -= adam.learningRate() * update;
      }

      assertThat(model.optimStep(adam).get("grad_norm")).isCloseTo(norm, within(norm * 1e-12));
      assertThat(values(model)).containsExactly(p, within(1e-12));
      // Both go on from the same bits, so that rounding does not add up over the steps.
      p = values(model);
    }
  }

  @Test
  void optimStep_firstStep_movesByTheLearningRateAgainstTheGradient() {
    LoraModel model = TestData.model(2);
    double[] before = values(model);
    double[] g = gradients(model);

    model.optimStep(AdamSettings.of(0.03));

    double[] after = values(model);
    for (int i = 0; i < g.length; i++) {
      if (Math.abs(g[i]) > 1e-6) {
        assertThat(after[i] - before[i]).isCloseTo(-0.03 * Math.signum(g[i]), within(1e-6));
      }
    }
  }

  @Test
  void of_settingOutOfRange_isNamed() {
    assertThatThrownBy(() -> AdamSettings.of(Double.NaN))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("learning_rate");
    assertThatThrownBy(() -> new AdamSettings(0.1, 1.0, 0.9, 1e-8, 0, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContainingAll("beta1", "1.0");
    assertThatThrownBy(() -> new AdamSettings(0.1, 0.9, 0.9, 0, 0, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("eps");
  }

  private static double[] gradients(LoraModel model) {
    model.forwardBackward(EXAMPLES, TestData.CROSS_ENTROPY, LoraModel.SEQUENTIAL);
    model.projectGradients();
    return flat(model.parameters().stream().map(Parameter::gradient).toList());
  }

  private static double[] values(LoraModel model) {
    return flat(model.parameters().stream().map(Parameter::values).toList());
  }

  private static double[] flat(List<double[][]> matrices) {
    List<Double> values = new ArrayList<>();
    for (double[][] matrix : matrices) {
      for (double[] row : matrix) {
        for (double value : row) {
          values.add(value);
        }
      }
    }
    return values.stream().mapToDouble(Double::doubleValue).toArray();
  }

  private static double norm(double[] values) {
    double sum = 0;
    for (double value : values) {
      sum += value * value;
    }
    return Math.sqrt(sum);
  }
}
