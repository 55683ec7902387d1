package io.tinker4j.text.supervised;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.tinker4j.text.tokenizer.Tokenizer;
import io.tinker4j.text.tokenizer.Tokenizers;
import io.tinker4j.types.LoraConfig;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The recorded arithmetic of the cookbook: {@code -Dvectors.dir=DIR}. */
class SupervisedVectorsTest {
  private static void forEachCase(String file, Consumer<JsonNode> test) throws Exception {
    String directory = System.getProperty("vectors.dir");
    assumeTrue(directory != null, "-Dvectors.dir is not given");
    JsonNode cases =
        JsonMapper.shared()
            .readTree(Files.readAllBytes(Path.of(directory, "hyper", file + ".json")))
            .get("cases");
    assertThat(cases).isNotEmpty();
    cases.forEach(test);
  }

  @Test
  void learningRates_equalTheReferences() throws Exception {
    forEachCase(
        "get_lr",
        it -> {
          String model = it.get("model").asString();
          OptionalDouble rate =
              it.get("is_lora").asBoolean()
                  ? LearningRates.forAdapter(model)
                  : LearningRates.forFullFineTuning(model);

          if (it.has("error")) {
            assertThat(rate).as(it.get("id").asString()).isEmpty();
          } else {
            double expected = it.get("result").asDouble();
            assertThat(rate.orElseThrow()).isCloseTo(expected, within(1e-12 * expected));
          }
        });
    forEachCase(
        "lora_lr_factor",
        it -> assertThat(LearningRates.adapterFactor()).isEqualTo(it.get("result").asDouble()));
  }

  @Test
  void adapterSizes_equalTheReferences() throws Exception {
    forEachCase(
        "lora_params",
        it -> {
          LoraConfig config =
              LoraConfig.builder()
                  .rank(it.get("rank").asInt())
                  .trainMlp(it.get("train_mlp").asBoolean())
                  .trainAttn(it.get("train_attn").asBoolean())
                  .trainUnembed(it.get("train_unembed").asBoolean())
                  .build();
          String model = it.get("model").asString();

          if (!it.has("error")) {
            assertThat(AdapterSize.parameters(model, config)).hasValue(it.get("result").asLong());
          } else if (it.at("/error/type").asString().equals("ConfigurationError")) {
            assertThat(AdapterSize.parameters(model, config)).isEmpty();
          } else {
            assertThatThrownBy(() -> AdapterSize.parameters(model, config))
                .isInstanceOf(IllegalArgumentException.class);
          }
        });
  }

  @Test
  void schedules_equalTheReferences() throws Exception {
    forEachCase(
        "lr_schedule",
        it -> {
          String name = it.get("schedule").asString().toUpperCase(Locale.ROOT);
          long step = it.get("step").asLong();
          long total = it.get("total_steps").asLong();

          if (it.has("error")) {
            assertThatThrownBy(() -> LearningRateSchedule.valueOf(name).multiplier(step, total))
                .isInstanceOf(IllegalArgumentException.class);
          } else {
            assertThat(LearningRateSchedule.valueOf(name).multiplier(step, total))
                .isCloseTo(it.get("result").asDouble(), within(1e-12));
          }
        });
  }

  @Test
  void meanNll_equalsTheReferences() throws Exception {
    forEachCase(
        "mean_nll",
        it -> {
          List<float[]> logprobs = arrays(it.get("logprobs"));
          List<float[]> weights = arrays(it.get("weights"));

          if (it.has("error")) {
            assertThatThrownBy(() -> Losses.meanNll(logprobs, weights))
                .isInstanceOf(IllegalArgumentException.class);
          } else if (it.get("result").isObject()) {
            assertThat(Losses.meanNll(logprobs, weights)).isEmpty();
          } else {
            double expected = it.get("result").asDouble();
            assertThat(Losses.meanNll(logprobs, weights).orElseThrow())
                .isCloseTo(expected, within(1e-6 * Math.abs(expected)));
          }
        });
  }

  @Test
  void bitsPerByte_equalsTheReferences() throws Exception {
    String tokenizers = System.getProperty("vectors.tokenizers");
    assumeTrue(tokenizers != null, "-Dvectors.tokenizers is not given");
    Map<String, Tokenizer> read = new HashMap<>();
    forEachCase(
        "bpb",
        it -> {
          Tokenizer tokenizer =
              read.computeIfAbsent(
                  it.get("tokenizer").asString(),
                  name -> Tokenizers.read(Path.of(tokenizers, name)));
          int[] targets = new int[it.get("target_tokens").size()];
          for (int i = 0; i < targets.length; i++) {
            targets[i] = it.get("target_tokens").get(i).asInt();
          }
          OptionalDouble bits =
              Losses.bitsPerByte(
                  List.of(array(it.get("logprobs"))),
                  List.of(array(it.get("weights"))),
                  List.of(targets),
                  tokenizer);

          if (it.get("result").isObject()) {
            assertThat(bits).as(it.get("id").asString()).isEmpty();
          } else {
            double expected = it.get("result").asDouble();
            assertThat(bits.orElseThrow())
                .as(it.get("id").asString())
                .isCloseTo(expected, within(1e-6 * expected));
          }
        });
  }

  private static List<float[]> arrays(JsonNode node) {
    List<float[]> arrays = new ArrayList<>();
    for (JsonNode row : node) {
      arrays.add(array(row));
    }
    return arrays;
  }

  private static float[] array(JsonNode row) {
    float[] values = new float[row.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) row.get(i).asDouble();
    }
    return values;
  }
}
