package io.tinker4j.testkit.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Base models with a number of tokens in their names. */
class VocabularyTest {
  /** Larger than what is computed at a time, and no multiple of anything. */
  private static final String WIDE = "tinker4j/nano-2501";

  @ParameterizedTest
  @CsvSource({
    "tinker4j/nano-258,258",
    "tinker4j/tiny-300,300",
    "tinker4j/nano-151669,151669",
    "tinker4j/tiny-1000000,1000000"
  })
  void of_nameWithANumber_hasAsManyTokens(String name, int size) {
    assertThat(Vocabulary.of(name)).isEqualTo(new Vocabulary(size, false));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "tinker4j/tiny-bytes",
        "tinker4j/nano-bytes",
        "tinker4j/nano-257",
        "tinker4j/nano-0300",
        "tinker4j/nano-1000001",
        "tinker4j/nano-99999999999999999999",
        "tinker4j/nano-1,000",
        "tinker4j/micro-300",
        "acme/nano-300",
        "tinker4j/nano-300 ",
        "Qwen/Qwen3-8B"
      })
  void of_anyOtherName_isBytes(String name) {
    assertThat(Vocabulary.of(name)).isEqualTo(Vocabulary.BYTES);
    assertThat(BaseModel.of(name).weights(Layer.UNEMBED)[0]).hasSize(257);
  }

  @Test
  void dimensions_areThoseOfTinyAndNano() {
    for (String kind : List.of("tiny", "nano")) {
      Dimensions bytes = BaseModel.of("tinker4j/" + kind + "-bytes").dimensions();

      assertThat(BaseModel.of("tinker4j/" + kind + "-300").dimensions())
          .isEqualTo(new Dimensions(bytes.window(), bytes.embedding(), bytes.hidden(), 300));
    }
  }

  private static LoraModel model(String name) {
    return LoraModel.create(BaseModel.of(name), LoraSettings.of(8, 7));
  }

  private static Example example(LoraModel model, int length, int seed) {
    Vocabulary vocabulary = model.baseModel().vocabulary();
    Random random = new Random(seed);
    return Example.builder(random.ints(length, 0, vocabulary.size()).toArray())
        .vocabulary(vocabulary)
        .targets(random.ints(length, 0, vocabulary.size()).toArray())
        .build();
  }

  private static double loss(LoraModel model, Example example) {
    return model.forward(List.of(example), TestData.CROSS_ENTROPY, LoraModel.SEQUENTIAL).lossSum();
  }

  private static void train(LoraModel model, Example example, int steps) {
    for (int i = 0; i < steps; i++) {
      model.forwardBackward(List.of(example), TestData.CROSS_ENTROPY, LoraModel.SEQUENTIAL);
      model.optimStep(AdamSettings.of(0.02));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"tinker4j/nano-300", "tinker4j/tiny-1000", WIDE, "tinker4j/nano-151669"})
  void create_newModel_predictsNearlyUniformly(String name) {
    LoraModel model = model(name);

    double perToken = loss(model, example(model, 50, 1)) / 50;

    assertThat(perToken).isCloseTo(Math.log(Vocabulary.of(name).size()), within(0.05));
  }

  @ParameterizedTest
  @ValueSource(strings = {"tinker4j/nano-300", "tinker4j/tiny-1000", WIDE})
  void optimStep_repeated_learns(String name) {
    LoraModel model = model(name);
    Example example = example(model, 30, 1);
    double before = loss(model, example);

    train(model, example, 40);

    assertThat(loss(model, example)).isLessThan(before * 0.5);
  }

  /** The bits of these models are a promise, too. */
  @Test
  void weightsHash_afterSteps_staysWhatItWas() {
    LoraModel small = model("tinker4j/nano-300");
    LoraModel wide = model(WIDE);

    train(small, example(small, 30, 1), 3);
    train(wide, example(wide, 30, 1), 3);

    assertThat(small.weightsHash())
        .isEqualTo("6129e2d4f72838a055540ca6e1db63256853bc2ea214735a925393e0fa7d8d03");
    assertThat(wide.weightsHash())
        .isEqualTo("5d263e41e4042135b8a7a26c0e7e430c0b9b6be1d601eb410d7873406710b6bc");
  }

  @ParameterizedTest
  @ValueSource(strings = {"tinker4j/nano-300", WIDE})
  void gradients_everyMatrix_equalDifferenceQuotients(String name) {
    LoraModel model = model(name);
    Example example = example(model, 11, 1);
    train(model, example, 3);
    model.forwardBackward(List.of(example), TestData.CROSS_ENTROPY, LoraModel.SEQUENTIAL);
    model.projectGradients();

    Random random = new Random(3);
    for (Parameter parameter : model.parameters()) {
      double scale =
          Math.sqrt(
              parameter.squaredGradientNorm()
                  / parameter.gradient().length
                  / parameter.gradient()[0].length);
      assertThat(scale).isGreaterThan(1e-5);
      for (int probe = 0; probe < 8; probe++) {
        int row = random.nextInt(parameter.gradient().length);
        int width = parameter.gradient()[row].length;
        int column = probe == 0 ? width - 1 : random.nextInt(width);
        double slope = slope(model, parameter.values()[row], column, example);

        assertThat(parameter.gradient()[row][column])
            .as("%s[%s][%s]", parameter.name(), row, column)
            .isCloseTo(slope, within(1e-4 * Math.max(Math.abs(slope), scale)));
      }
    }
  }

  private static double slope(LoraModel model, double[] row, int column, Example example) {
    double h = 1e-5;
    double value = row[column];
    row[column] = value + h;
    model.refresh();
    double above = loss(model, example);
    row[column] = value - h;
    model.refresh();
    double below = loss(model, example);
    row[column] = value;
    model.refresh();
    return (above - below) / (2 * h);
  }

  /** However many positions and columns are computed at once. */
  @Test
  void rowProducts_longRows_areBitForBitThoseWithTheTransposedMatrix() {
    Random random = new Random(5);
    double[][] matrix = new double[3][2 * Kernels.TILE + 7];
    double[][] x = new double[2][2 * Kernels.TILE + 7];
    for (double[] row : new double[][] {matrix[0], matrix[1], matrix[2], x[0], x[1]}) {
      Arrays.setAll(row, i -> random.nextGaussian());
    }
    double[][] products = new double[2][3];
    double[][] expected = new double[2][3];

    Kernels.rowProducts(products, x, matrix, 2);

    for (int t = 0; t < 2; t++) {
      Kernels.addProduct(expected[t], 3, x[t], Kernels.transpose(matrix));
    }
    assertThat(products).isDeepEqualTo(expected);
  }

  @Test
  void forwardBackward_otherCutsAndThreads_leaveTheSameBits() {
    LoraModel whole = model("tinker4j/nano-70000");
    LoraModel cut = model("tinker4j/nano-70000");
    List<Example> examples =
        IntStream.range(0, 5).mapToObj(i -> example(whole, 21 + i, i)).toList();

    whole.forwardBackward(examples, TestData.CROSS_ENTROPY, Thread::startVirtualThread);
    for (Example example : examples) {
      cut.forwardBackward(List.of(example), TestData.CROSS_ENTROPY, LoraModel.SEQUENTIAL);
    }
    whole.optimStep(AdamSettings.of(0.02));
    cut.optimStep(AdamSettings.of(0.02));

    assertThat(whole.weightsHash()).isEqualTo(cut.weightsHash());
  }

  @Test
  void block_largeVocabulary_hasFewPositions() {
    assertThat(Dimensions.of("tinker4j/nano-bytes").block()).isEqualTo(64);
    assertThat(Dimensions.of("tinker4j/nano-70000").block()).isEqualTo(12);
    assertThat(Dimensions.of("tinker4j/nano-151669").block()).isEqualTo(4);
    assertThat(Dimensions.of("tinker4j/nano-1000000").block()).isEqualTo(4);
  }

  @Test
  void example_tokenOutside_isRefusedWithTheModelsSize() {
    Example.Builder example =
        Example.builder(1, 2).vocabulary(Vocabulary.of("tinker4j/nano-300")).targets(299, 300);

    assertThatThrownBy(example::build)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("target_tokens[1] is 300, outside the vocabulary of ids 0 to 299");
  }

  @Test
  void forward_exampleOfAnotherVocabulary_isRefused() {
    LoraModel model = model("tinker4j/nano-300");

    assertThatThrownBy(() -> loss(model, Example.builder(1).targets(2).build()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("example 0 is of 257 tokens; the model has 300");
  }

  @Test
  void forward_unknownTokens_areNaNWhereTheyCount() {
    LoraModel model = model("tinker4j/nano-300");
    Example example =
        Example.builder(1, 2, 3, 4, 300, 6)
            .vocabulary(model.baseModel().vocabulary())
            .anyTokens(true)
            .targets(2, -5, 4, 299, 6, 7)
            .build();

    float[] logprobs =
        model.forward(List.of(example), TestData.CROSS_ENTROPY, LoraModel.SEQUENTIAL).logprobs(0);

    assertThat(logprobs[0]).isFinite();
    assertThat(logprobs[1]).isNaN();
    assertThat(logprobs[2]).isFinite();
    assertThat(logprobs[3]).isFinite();
    assertThat(logprobs[4]).isNaN();
    assertThat(logprobs[5]).isNaN();
  }

  @Test
  void generate_token256_stopsNothing() {
    LoraModel model = model("tinker4j/nano-300");
    Example always =
        Example.builder(65, 256, 256)
            .vocabulary(model.baseModel().vocabulary())
            .targets(256, 256, 256)
            .build();
    train(model, always, 60);
    SamplingSettings.Builder settings = SamplingSettings.builder(4).temperature(0);
    Sampler sampler = model.frozenSampler();

    Generation unstopped = sampler.generate(new int[] {65}, settings.build());
    Generation stopped =
        sampler.generate(
            new int[] {65},
            settings.stop(StopRule.tokens(model.baseModel().vocabulary(), 256)).build());

    assertThat(unstopped.tokens()).containsExactly(256, 256, 256, 256);
    assertThat(unstopped.stopReason()).isEqualTo(Generation.StopReason.LENGTH);
    assertThat(stopped.tokens()).containsExactly(256);
    assertThat(stopped.stopReason()).isEqualTo(Generation.StopReason.STOP);
  }

  @Test
  void stopRule_textsOfTokens_areRefused() {
    Vocabulary vocabulary = Vocabulary.of("tinker4j/nano-300");

    assertThatThrownBy(() -> StopRule.texts(vocabulary, List.of("\n")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContainingAll("stop has texts", "300 tokens", "stop at tokens");
  }

  @Test
  void ranking_allValues_isThatOfASort() {
    Random random = new Random(4);
    double[] values = random.doubles(500).map(value -> Math.rint(value * 40) / 40).toArray();
    values[3] = -0.0;
    values[4] = 0.0;
    values[7] = Double.NaN;
    values[8] = Double.NEGATIVE_INFINITY;
    int[] sorted =
        IntStream.range(0, values.length)
            .boxed()
            .sorted((a, b) -> Double.compare(-values[a], -values[b]))
            .mapToInt(Integer::intValue)
            .toArray();

    assertThat(Ranking.first(values, 1000)).isEqualTo(sorted);
    assertThat(Ranking.first(values, 30)).isEqualTo(Arrays.copyOf(sorted, 30));
  }

  @Test
  void restore_savedWithOptimizer_goesOnBitForBit(@TempDir Path dir) throws Exception {
    LoraModel model = model("tinker4j/nano-70000"); // more rows than an unsigned short can count
    Example example = example(model, 20, 1);
    train(model, example, 2);
    model.saveState(dir, true);

    LoraModel restored = LoraModel.restore(dir, true, BaseModel::of);
    train(model, example, 1);
    train(restored, example, 1);

    assertThat(restored.baseModel().vocabulary().size()).isEqualTo(70000);
    assertThat(restored.stateHash()).isEqualTo(model.stateHash());
  }
}
