package io.tinker4j.testkit.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.data.Percentage.withPercentage;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;

class LoraModelTest {
  private static final AdamSettings ADAM = AdamSettings.of(0.01);

  @Test
  void forwardBackward_eightOrFourAndFour_leaveTheSameBits() {
    LoraModel whole = TestData.model(4);
    LoraModel halves = TestData.model(4);
    List<Example> examples = TestData.nextTokenExamples(TestData.TEXT, 70).subList(0, 8);

    for (int step = 0; step < 3; step++) {
      pass(whole, examples);
      pass(halves, examples.subList(0, 4));
      pass(halves, examples.subList(4, 8));
      whole.optimStep(ADAM);
      halves.optimStep(ADAM);
    }

    assertThat(halves.stateHash()).isEqualTo(whole.stateHash());
  }

  @Test
  void forwardBackward_moreExamplesThanInFlight_equalsOneByOne() {
    LoraModel whole = TestData.model(2);
    LoraModel single = TestData.model(2);
    List<Example> examples = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      examples.add(Example.builder(i, i + 1, i + 2).targets(i + 1, i + 2, 256 - i).build());
    }

    pass(whole, examples);
    examples.forEach(example -> pass(single, List.of(example)));
    whole.optimStep(ADAM);
    single.optimStep(ADAM);

    assertThat(single.stateHash()).isEqualTo(whole.stateHash());
  }

  @Test
  void forwardBackward_anyExecutor_leavesTheSameBits() {
    Executor rejecting =
        task -> {
          throw new RejectedExecutionException();
        };
    Executor forgetful = task -> {};
    try (ExecutorService threads = Executors.newFixedThreadPool(3);
        ExecutorService virtual = Executors.newVirtualThreadPerTaskExecutor()) {
      List<String> hashes = new ArrayList<>();
      for (Executor executor :
          List.of(LoraModel.SEQUENTIAL, threads, virtual, rejecting, forgetful)) {
        hashes.add(hashAfterTwoSteps(executor));
      }
      assertThat(hashes).containsOnly(hashes.getFirst());
    }
  }

  private static String hashAfterTwoSteps(Executor executor) {
    LoraModel model = TestData.model(4);
    List<Example> examples = TestData.nextTokenExamples(TestData.TEXT, 30);
    assertThat(examples).hasSizeGreaterThan(16);
    for (int step = 0; step < 2; step++) {
      model.forwardBackward(examples, TestData.CROSS_ENTROPY, executor);
      model.optimStep(ADAM);
    }
    return model.stateHash();
  }

  @Test
  void forwardBackward_interruptedCaller_finishesAndKeepsTheFlag() {
    LoraModel model = TestData.model(2);

    Thread.currentThread().interrupt();
    pass(model, TestData.nextTokenExamples(TestData.TEXT, 70));

    assertThat(Thread.interrupted()).isTrue();
    assertThat(model.optimStep(ADAM).get("grad_norm")).isPositive();
  }

  @Test
  void weightsHash_sameOperationsInAnotherOrder_differs() {
    List<Example> examples = TestData.nextTokenExamples(TestData.TEXT, 70);
    LoraModel first = TestData.model(4);
    LoraModel same = TestData.model(4);
    LoraModel swapped = TestData.model(4);
    for (LoraModel model : List.of(first, same)) {
      pass(model, examples.subList(0, 2));
      model.optimStep(ADAM);
      pass(model, examples.subList(2, 4));
      model.optimStep(ADAM);
    }
    pass(swapped, examples.subList(2, 4));
    swapped.optimStep(ADAM);
    pass(swapped, examples.subList(0, 2));
    swapped.optimStep(ADAM);

    assertThat(same.weightsHash()).isEqualTo(first.weightsHash()).matches("[0-9a-f]{64}");
    assertThat(swapped.weightsHash()).isNotEqualTo(first.weightsHash());
  }

  @Test
  void weightsHash_lostOrDoubledPass_differs() {
    List<String> hashes = new ArrayList<>();
    for (int passes = 1; passes <= 2; passes++) {
      LoraModel model = TestData.model(4);
      TestData.train(model, 1);
      for (int i = 0; i < passes; i++) {
        pass(model, TestData.nextTokenExamples(TestData.TEXT, 100));
      }
      pass(model, TestData.nextTokenExamples(TestData.TEXT, 60));
      model.optimStep(ADAM);
      hashes.add(model.weightsHash());
    }

    assertThat(hashes).doesNotHaveDuplicates();
  }

  @Test
  void weightsHash_anotherSeedOrBaseModel_differs() {
    String hash = TestData.model(4).weightsHash();

    assertThat(LoraModel.create(TestData.BASE, LoraSettings.of(4, 8)).weightsHash())
        .isNotEqualTo(hash);
    assertThat(LoraModel.create(BaseModel.of("other"), LoraSettings.of(4, 7)).weightsHash())
        .isNotEqualTo(hash);
  }

  /** Pins the arithmetic: a change here breaks everyone's recorded hashes and checkpoints. */
  @Test
  void weightsHash_recordedRun_isReproduced() {
    LoraModel model = TestData.model(2);
    TestData.train(model, 3);

    assertThat(model.weightsHash())
        .isEqualTo("1fb074ae8fa12a21947639c5c7dab4f4097ba4bd8e9ea4ff38354dd0c295b628");
  }

  @Test
  void forward_always_leavesGradientsAlone() {
    LoraModel model = TestData.model(4);
    LoraModel other = TestData.model(4);
    List<Example> examples = TestData.nextTokenExamples(TestData.TEXT, 70);

    pass(model, examples);
    PassResult forward = model.forward(examples, TestData.CROSS_ENTROPY, LoraModel.SEQUENTIAL);
    PassResult backward = pass(other, examples);
    model.optimStep(ADAM);
    other.optimStep(ADAM);

    assertThat(forward.lossSum()).isEqualTo(backward.lossSum());
    assertThat(model.stateHash()).isEqualTo(other.stateHash());
  }

  @Test
  void forwardBackward_outputs_areTheTargetsLogprobs() {
    LoraModel model = TestData.model(4);
    TestData.train(model, 2);
    int[] text = TestData.tokens(TestData.TEXT.substring(0, 101));
    Example example = TestData.nextTokenExamples(TestData.TEXT, 100).getFirst();

    PassResult result = pass(model, List.of(example));

    float[] prompt = model.frozenSampler().promptLogprobs(text);
    double sum = 0;
    for (int i = 0; i < 100; i++) {
      assertThat(result.logprobs(0)[i]).isEqualTo(prompt[i + 1]);
      sum -= prompt[i + 1];
    }
    assertThat(result.lossSum()).isCloseTo(sum, withPercentage(1e-4));
  }

  @Test
  void forwardBackward_exampleLacksInput_namesItAndAddsNothing() {
    LoraModel model = TestData.model(4);
    Example plain = Example.builder(1, 2).targets(2, 3).build();
    Example complete =
        Example.builder(1, 2).targets(2, 3).logprobs(-1, -1).advantages(1, 1).build();
    Loss ppo = Loss.parse("ppo", Map.of());

    assertThatThrownBy(
            () -> model.forwardBackward(List.of(complete, plain), ppo, LoraModel.SEQUENTIAL))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContainingAll("example 1", "logprobs");
    assertThat(model.optimStep(ADAM).get("grad_norm")).isZero();
  }

  @Test
  void forwardBackward_reinforcementLossWithWeights_ignoresThem() {
    Example.Builder example = Example.builder(1, 2).targets(2, 3).logprobs(-1, -1).advantages(1, 1);
    Loss loss = Loss.parse("importance_sampling", Map.of());
    LoraModel model = TestData.model(4);

    double without = model.forward(List.of(example.build()), loss, LoraModel.SEQUENTIAL).lossSum();
    double with =
        model.forward(List.of(example.weights(0, 5).build()), loss, LoraModel.SEQUENTIAL).lossSum();

    assertThat(with).isEqualTo(without);
  }

  @Test
  void optimStep_noGradients_movesNothing() {
    LoraModel model = TestData.model(4);
    String before = model.weightsHash();

    Map<String, Double> metrics = model.optimStep(ADAM);

    assertThat(metrics)
        .containsExactly(Map.entry("grad_norm", 0.0), Map.entry("learning_rate", 0.01));
    assertThat(model.weightsHash()).isEqualTo(before);
    assertThat(model.step()).isOne();
  }

  @Test
  void optimStep_gradientNotFinite_keepsWeightsAndDropsIt() {
    LoraModel model = TestData.model(4);
    Example hopeless = Example.builder(1).targets(2).logprobs(-1000).advantages(1).build();
    model.forwardBackward(
        List.of(hopeless), Loss.parse("importance_sampling", Map.of()), LoraModel.SEQUENTIAL);
    String before = model.stateHash();

    assertThatThrownBy(() -> model.optimStep(ADAM)).isInstanceOf(ArithmeticException.class);
    assertThat(model.stateHash()).isEqualTo(before);
    assertThat(model.optimStep(ADAM).get("grad_norm")).isZero();
  }

  @Test
  void optimStep_shortTraining_learnsTheText() {
    LoraModel model = TestData.model(16);
    List<Example> examples = TestData.nextTokenExamples(TestData.TEXT, 60);
    int tokens = examples.size() * 60;

    double first = pass(model, examples).lossSum() / tokens;
    model.optimStep(AdamSettings.of(0.02));
    for (int step = 0; step < 60; step++) {
      pass(model, examples);
      model.optimStep(AdamSettings.of(0.02));
    }
    double last = pass(model, examples).lossSum() / tokens;

    assertThat(first).isGreaterThan(5.4);
    assertThat(last).isLessThan(1.5);
  }

  private static PassResult pass(LoraModel model, List<Example> examples) {
    return model.forwardBackward(examples, TestData.CROSS_ENTROPY, LoraModel.SEQUENTIAL);
  }

  @Test
  void nano_trained_learns() {
    LoraModel model = LoraModel.create(BaseModel.of(BaseModel.NANO), LoraSettings.of(4, 7));
    List<Example> examples = TestData.nextTokenExamples(TestData.TEXT, 100);
    double before = model.forward(examples, TestData.CROSS_ENTROPY, LoraModel.SEQUENTIAL).lossSum();

    TestData.train(model, 60);

    assertThat(model.forward(examples, TestData.CROSS_ENTROPY, LoraModel.SEQUENTIAL).lossSum())
        .isLessThan(before * 0.8);
  }
}
