package io.tinker4j.recipes.preference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.tinker4j.recipes.rl.SequenceLogprobs;
import io.tinker4j.recovery.Batches;
import io.tinker4j.recovery.ResumableTraining;
import io.tinker4j.recovery.RunResult;
import io.tinker4j.recovery.TrainingStep;
import io.tinker4j.recovery.journal.DataPosition;
import io.tinker4j.testkit.EmbeddedTinkerServer;
import io.tinker4j.text.chat.Message;
import io.tinker4j.text.data.PreferenceData;
import io.tinker4j.text.renderer.Renderer;
import io.tinker4j.text.renderer.Renderers;
import io.tinker4j.text.tokenizer.Tokenizers;
import io.tinker4j.training.LoraOptions;
import io.tinker4j.training.ServiceClient;
import io.tinker4j.types.AdamParams;
import io.tinker4j.types.Datum;
import io.tinker4j.types.LossFunction;
import io.tinker4j.types.TensorData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class PreferenceTrainingTest {
  private static final String MODEL = "tinker4j/nano-bytes";
  private static final AdamParams ADAM = AdamParams.builder().learningRate(0.02).build();
  private static final Renderer RENDERER = Renderers.of("role_colon", Tokenizers.bytes());

  @TempDir private Path directory;
  private final EmbeddedTinkerServer server =
      EmbeddedTinkerServer.builder()
          .baseModels(MODEL)
          .keepsStateInMemory(true)
          .holdTime(Duration.ofMillis(50))
          .start();
  private final ServiceClient service = connect();
  private final List<Map<String, Double>> metrics = new ArrayList<>();
  private PreferenceData pairs;

  private ServiceClient connect() {
    return ServiceClient.builder()
        .baseUrl(server.baseUrl().toString())
        .apiKey("tml-test")
        .transport(server.transport())
        .telemetry(false)
        .build();
  }

  @BeforeEach
  void open() throws IOException {
    Path file = directory.resolve("pairs.jsonl");
    Files.writeString(
        file,
        """
        {"prompt": "a?", "chosen": "yes", "rejected": "no"}
        {"prompt": "b?", "chosen": "yes", "rejected": "no!"}
        {"prompt": "c?", "chosen": "yes!", "rejected": "no"}
        """);
    pairs = PreferenceData.open(file);
  }

  @AfterEach
  void close() {
    pairs.close();
    service.close();
    server.close();
  }

  private RunResult train(
      Batches<List<Datum>> batches, TrainingStep<List<Datum>> step, String journal)
      throws InterruptedException {
    return ResumableTraining.builder(batches, step)
        .service(this::connect)
        .baseModel(MODEL)
        .lora(LoraOptions.builder().rank(4).seed(7).build())
        .journal(directory.resolve(journal))
        .onStep(result -> metrics.add(result.metrics()))
        .build()
        .resumeOrStart();
  }

  private PreferenceBatches.Builder batches() {
    return PreferenceBatches.builder(pairs, RENDERER).batchSize(2).epochs(3).seed(1);
  }

  @Test
  void dpo_marginGrows_andTheRunHasItsSteps() throws Exception {
    SequenceLogprobs reference = SequenceLogprobs.of(service.createSamplingClient(MODEL));

    RunResult result =
        train(batches().build(), PreferenceTraining.dpo(0.5, reference, step -> ADAM), "dpo");

    assertThat(result.steps()).isEqualTo(6);
    assertThat(metrics.get(0).get("margin")).isBetween(-1e-5, 1e-5);
    assertThat(metrics.get(5).get("margin")).isGreaterThan(0.3);
    assertThat(metrics.get(5)).containsEntry("accuracy", 1.0);
  }

  @Test
  void simpo_lossFalls() throws Exception {
    train(batches().build(), PreferenceTraining.simpo(2, 0.5, step -> ADAM), "simpo");

    assertThat(metrics.get(5).get("simpo_loss")).isLessThan(metrics.get(0).get("simpo_loss") - 0.1);
  }

  @Test
  void comparisons_areTrainedOnLikeAnyExamples() throws Exception {
    Batches<List<Datum>> comparisons = batches().epochs(1).asComparisons().build();
    train(comparisons, TrainingStep.of(LossFunction.CROSS_ENTROPY, step -> ADAM), "reward");

    assertThat(metrics).hasSize(2);
    assertThat(metrics.get(0).get("loss:sum")).isPositive();
    try (Batches.Reader<List<Datum>> reader = comparisons.open(DataPosition.START)) {
      List<String> texts = reader.next().stream().map(PreferenceTrainingTest::text).toList();
      assertThat(texts.get(0)).contains("A ====\nassistant: yes").endsWith("Assistant: A\n\nUser:");
      assertThat(texts.get(1)).contains("A ====\nassistant: no").endsWith("Assistant: B\n\nUser:");
    }
  }

  private static String text(Datum datum) {
    StringBuilder text = new StringBuilder();
    for (int token : datum.modelInput().toInts()) {
      text.append((char) token);
    }
    TensorData targets = datum.lossFnInputs().get(Datum.TARGET_TOKENS);
    return text.append((char) targets.longs().get(targets.size() - 1)).toString();
  }

  /** A model that finds it likelier by e² that the answer with yes is the better one. */
  private static List<float[]> judged(List<Datum> data) {
    List<float[]> logprobs = new ArrayList<>();
    for (Datum datum : data) {
      String text = text(datum);
      boolean first = text.contains("A ====\nassistant: yes");
      boolean second = text.contains("B ====\nassistant: yes");
      boolean saysFirst = text.contains("Assistant: A");
      float[] values = new float[datum.modelInput().length()];
      if (first != second) {
        values[values.length - 1] = first == saysFirst ? -1 : -3;
      }
      logprobs.add(values);
    }
    return logprobs;
  }

  @Test
  void rewardModel_rewardsWhatWins() {
    PairwiseRewardModel model = PairwiseRewardModel.of(PreferenceTrainingTest::judged, RENDERER);
    List<Message> prompt = List.of(Message.user("a?"));
    List<Message> yes = List.of(Message.assistant("yes"));
    List<Message> no = List.of(Message.assistant("no"));

    double[] rewards = model.rewards(prompt, List.of(yes, no, yes));

    double win = Math.tanh(1);
    assertThat(rewards).containsExactly(new double[] {win / 2, -win, win / 2}, within(1e-9));
    assertThat(model.compare(prompt, yes, no)).isCloseTo((1 + win) / 2, within(1e-9));
    assertThatThrownBy(() -> model.rewards(prompt, List.of(yes)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void batches_goOnFromAnyPlace_inTheOrderOfTheSeed() throws Exception {
    PreferenceBatches batches = batches().build();
    assertThat(batches.batchCount()).isEqualTo(6);
    List<List<Datum>> all = new ArrayList<>();
    List<DataPosition> places = new ArrayList<>();
    try (Batches.Reader<List<Datum>> reader = batches.open(DataPosition.START)) {
      while (reader.hasNext()) {
        all.add(reader.next());
        places.add(reader.position());
      }
    }

    assertThat(all).extracting(List::size).containsExactly(4, 2, 4, 2, 4, 2);
    for (int i = 0; i < all.size() - 1; i++) {
      try (Batches.Reader<List<Datum>> reader = batches.open(places.get(i))) {
        assertThat(reader.next()).isEqualTo(all.get(i + 1));
      }
    }
    assertThat(batches.identity(DataPosition.START))
        .isEqualTo(batches().build().identity(DataPosition.START))
        .isNotEqualTo(batches().seed(2).build().identity(DataPosition.START));
  }
}
