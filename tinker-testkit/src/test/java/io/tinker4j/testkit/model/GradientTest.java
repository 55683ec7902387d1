package io.tinker4j.testkit.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Gradients of the adapters against central differences of the loss. */
class GradientTest {
  private static final int LENGTH = 10;

  static Stream<Arguments> losses() {
    return Stream.of(
        Arguments.of("cross_entropy", Map.of()),
        Arguments.of("importance_sampling", Map.of()),
        Arguments.of("ppo", Map.of()),
        Arguments.of("dro", Map.of("beta", 0.3)));
  }

  @ParameterizedTest
  @MethodSource("losses")
  void gradients_everyMatrix_equalDifferenceQuotients(String name, Map<String, Double> config) {
    LoraModel model = modelAwayFromZero(LoraSettings.of(2, 3));
    List<Example> examples = List.of(example(model, 1), example(model, 2));

    assertGradients(model, examples, Loss.parse(name, config), examples, Loss.parse(name, config));
  }

  /** The clipped ratio counts as a constant: the gradient is that of a weighted cross entropy. */
  @Test
  void gradients_cispo_treatTheClippedRatioAsConstant() {
    LoraModel model = modelAwayFromZero(LoraSettings.of(2, 3));
    Loss cispo = Loss.parse("cispo", Map.of("clip_low_threshold", 0.8, "clip_high_threshold", 1.2));
    Example example = example(model, 1);
    float[] logprobs = model.forward(List.of(example), cispo, LoraModel.SEQUENTIAL).logprobs(0);
    float[] weights = new float[LENGTH];
    int[] targets = new int[LENGTH];
    for (int i = 0; i < LENGTH; i++) {
      weights[i] = (float) -cispo.gradient(example.term(i, 0, logprobs[i]));
      targets[i] = example.target(i, 0);
    }
    Example weighted = Example.builder(example.tokens()).targets(targets).weights(weights).build();

    assertGradients(model, List.of(example), cispo, List.of(weighted), TestData.CROSS_ENTROPY);
  }

  @Test
  void gradients_severalTargetsPerPosition_equalDifferenceQuotients() {
    LoraModel model = modelAwayFromZero(LoraSettings.of(4, 3));
    Example example =
        Example.builder(1, 2, 256)
            .targets(new int[] {5, 6, 7, 7, 0, 256}, 2)
            .weights(0.5f, 0.25f, 1, -0.75f, 0, 2)
            .build();

    assertGradients(
        model, List.of(example), TestData.CROSS_ENTROPY, List.of(example), TestData.CROSS_ENTROPY);
  }

  @Test
  void gradients_singleMatrixTrained_equalDifferenceQuotients() {
    for (int trained = 0; trained < 3; trained++) {
      LoraModel model =
          modelAwayFromZero(new LoraSettings(8, 3, trained == 0, trained == 1, trained == 2));
      List<Example> examples = List.of(example(model, 1));

      assertThat(model.parameters()).hasSize(2);
      assertGradients(model, examples, TestData.CROSS_ENTROPY, examples, TestData.CROSS_ENTROPY);
    }
  }

  @Test
  void merge_adapterAwayFromZero_addsAlphaOverRankTimesTheProduct() {
    LoraSettings settings = LoraSettings.of(4, 3);
    Adapter adapter = new Adapter(Layer.MLP, settings, TestData.BASE.dimensions());
    fill(adapter.parameters().get(1), new Random(5), 0.1);
    double[][] frozen = TestData.BASE.weights(Layer.MLP);

    double[][] merged = adapter.merge(frozen);

    double[][] a = adapter.parameters().get(0).values();
    double[][] b = adapter.parameters().get(1).values();
    for (int i : new int[] {0, 50, TestData.BASE.dimensions().inputs(Layer.MLP) - 1}) {
      double product = 0;
      for (int k = 0; k < 4; k++) {
        product += a[k][i] * b[k][17];
      }
      assertThat(merged[i][17] - frozen[i][17]).isCloseTo(32.0 / 4 * product, within(1e-12));
    }
  }

  @Test
  void create_newModel_predictsNearlyUniformly() {
    PassResult result =
        TestData.model(8)
            .forward(
                TestData.nextTokenExamples(TestData.TEXT, 100),
                TestData.CROSS_ENTROPY,
                LoraModel.SEQUENTIAL);

    double perToken = result.lossSum() / (result.size() * 100);
    assertThat(perToken).isCloseTo(Math.log(257), within(0.05));
  }

  /** Compares the gradients of one loss with difference quotients of another one's value. */
  private static void assertGradients(
      LoraModel model,
      List<Example> examples,
      Loss loss,
      List<Example> probeExamples,
      Loss probeLoss) {
    model.forwardBackward(examples, loss, LoraModel.SEQUENTIAL);
    model.projectGradients();
    Random random = new Random(11);
    for (Parameter parameter : model.parameters()) {
      double[][] gradient = parameter.gradient();
      double scale =
          Math.sqrt(parameter.squaredGradientNorm() / gradient.length / gradient[0].length);
      assertThat(scale).isGreaterThan(1e-4);
      for (int probe = 0; probe < 12; probe++) {
        int row = random.nextInt(gradient.length);
        // The last column of A belongs to the constant feature, which must not be dead.
        int column = probe == 0 ? gradient[0].length - 1 : random.nextInt(gradient[0].length);
        assertThat(gradient[row][gradient[row].length - 1]).isNotZero();
        double slope = slope(model, parameter.values()[row], column, probeExamples, probeLoss);

        assertThat(gradient[row][column])
            .as("%s[%s][%s]", parameter.name(), row, column)
            .isCloseTo(slope, within(1e-6 * Math.max(Math.abs(slope), scale)));
      }
    }
  }

  /**
   * Fourth-order central difference. The step is small because the second derivative of softsign
   * jumps at zero.
   */
  private static double slope(
      LoraModel model, double[] row, int column, List<Example> examples, Loss loss) {
    double h = 1e-5;
    double near = difference(model, row, column, h, examples, loss);
    double far = difference(model, row, column, 2 * h, examples, loss);
    return (8 * near - far) / (12 * h);
  }

  private static double difference(
      LoraModel model, double[] row, int column, double h, List<Example> examples, Loss loss) {
    double value = row[column];
    row[column] = value + h;
    model.refresh();
    double above = model.forward(examples, loss, LoraModel.SEQUENTIAL).lossSum();
    row[column] = value - h;
    model.refresh();
    double below = model.forward(examples, loss, LoraModel.SEQUENTIAL).lossSum();
    row[column] = value;
    model.refresh();
    return above - below;
  }

  private static LoraModel modelAwayFromZero(LoraSettings settings) {
    LoraModel model = LoraModel.create(TestData.BASE, settings);
    Random random = new Random(9);
    for (Parameter parameter : model.parameters()) {
      fill(parameter, random, 0.3 * settings.rank() / LoraSettings.ALPHA);
    }
    model.refresh();
    return model;
  }

  private static void fill(Parameter parameter, Random random, double deviation) {
    for (double[] row : parameter.values()) {
      for (int i = 0; i < row.length; i++) {
        row[i] += deviation * random.nextGaussian();
      }
    }
  }

  /** Ratios well inside and well outside the thresholds, so that no difference crosses one. */
  private static Example example(LoraModel model, int seed) {
    Random random = new Random(seed);
    int[] tokens = random.ints(LENGTH, 0, 257).toArray();
    int[] targets = random.ints(LENGTH, 0, 257).toArray();
    Example plain = Example.builder(tokens).targets(targets).build();
    float[] logprobs =
        model.forward(List.of(plain), TestData.CROSS_ENTROPY, LoraModel.SEQUENTIAL).logprobs(0);
    float[] advantages = new float[LENGTH];
    float[] weights = new float[LENGTH];
    float[] drifts = {-0.5f, -0.1f, 0.05f, 0.1f, 0.6f};
    for (int i = 0; i < LENGTH; i++) {
      logprobs[i] += drifts[i % drifts.length];
      advantages[i] = (float) random.nextGaussian();
      weights[i] = (float) random.nextGaussian();
    }
    return Example.builder(tokens)
        .targets(targets)
        .weights(weights)
        .logprobs(logprobs)
        .advantages(advantages)
        .build();
  }
}
