package io.tinker4j.text.renderer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.tinker4j.text.chat.Message;
import io.tinker4j.text.tokenizer.SpecialTokenText;
import io.tinker4j.types.Datum;
import io.tinker4j.types.EncodedTextChunk;
import io.tinker4j.types.ImageChunk;
import io.tinker4j.types.ImageFormat;
import io.tinker4j.types.ModelInput;
import io.tinker4j.types.ModelInputChunk;
import io.tinker4j.types.TensorData;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Training examples and attributes of models, as the reference has made them. */
final class DatumVectorsTest {
  static List<VectorFiles.VectorFile> conversations() {
    return VectorFiles.of("hyper/conversation_to_datum.json");
  }

  static List<VectorFiles.VectorFile> weighted() {
    return VectorFiles.of("hyper/datum_from_weights.json");
  }

  static List<VectorFiles.VectorFile> shifted() {
    return VectorFiles.of("hyper/shift.json");
  }

  static List<VectorFiles.VectorFile> models() {
    return VectorFiles.of("hyper/model_info.json");
  }

  @ParameterizedTest
  @MethodSource("conversations")
  void toDatum_recordedConversation_isTheReferences(VectorFiles.VectorFile file) {
    Map<String, Renderer> renderers = new HashMap<>();
    for (Map<String, Object> recorded : cases(file)) {
      Renderer renderer =
          renderers.computeIfAbsent(
              recorded.get("renderer") + "@" + recorded.get("tokenizer"),
              key ->
                  Renderers.of(
                      String.valueOf(recorded.get("renderer")),
                      file.tokenizer(recorded.get("tokenizer")),
                      RendererOptions.builder()
                          .specialTokens(SpecialTokenText.AS_CONTROL)
                          .currentDate(java.time.LocalDate.of(2026, 11, 26))
                          .build()));
      List<Message> messages = Message.fromList(Recorded.list(recorded.get("messages")));
      TrainOnWhat what = TrainOnWhat.of(String.valueOf(recorded.get("train_on_what")));

      check(recorded, () -> Conversations.toDatum(messages, renderer, options(recorded, what)));
    }
  }

  @ParameterizedTest
  @MethodSource("weighted")
  void toDatum_recordedWeights_isTheReferences(VectorFiles.VectorFile file) {
    for (Map<String, Object> recorded : cases(file)) {
      if (needsMissingType(recorded) || "bogus".equals(recorded.get("reduction"))) {
        continue;
      }
      List<?> weights = Recorded.list(recorded.get("weights"));
      float[] floats = new float[weights.size()];
      for (int i = 0; i < floats.length; i++) {
        floats[i] = ((Number) weights.get(i)).floatValue();
      }
      check(
          recorded,
          () ->
              Conversations.toDatum(
                  SupervisedExample.of(input(recorded), floats),
                  options(recorded, TrainOnWhat.ALL_MESSAGES)));
    }
  }

  @ParameterizedTest
  @MethodSource("shifted")
  void toDatum_recordedChunks_areShiftedAsTheReferenceShiftsThem(VectorFiles.VectorFile file) {
    for (Map<String, Object> recorded : cases(file)) {
      if (needsMissingType(recorded)) {
        continue;
      }
      ModelInput input = input(recorded);
      Datum datum =
          attempt(() ->
              Conversations.toDatum(
                  SupervisedExample.of(input, new float[input.length()]),
                  options(recorded, TrainOnWhat.ALL_MESSAGES)));
      Map<String, Object> result = Recorded.object(recorded.get("result"));
      assertThat(datum == null).as(id(recorded)).isEqualTo(recorded.containsKey("error"));
      if (datum != null) {
        assertThat(chunks(datum.modelInput()))
            .as(id(recorded))
            .isEqualTo(result.get("model_input"));
        assertThat(longs(datum.lossFnInputs().get(Datum.TARGET_TOKENS)))
            .as(id(recorded))
            .isEqualTo(widened(result.get("targets")));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("models")
  void of_recordedModel_isWhatTheReferenceKnows(VectorFiles.VectorFile file) {
    for (Map<String, Object> recorded : cases(file)) {
      String model = String.valueOf(recorded.get("model"));
      ModelAttributes attributes = attempt(() -> ModelAttributes.of(model));
      assertThat(attributes == null).as(model).isEqualTo(recorded.containsKey("error"));
      if (attributes != null) {
        Map<String, Object> known = new HashMap<>();
        known.put("organization", attributes.organization());
        known.put("version_str", attributes.version());
        known.put("size_str", attributes.size());
        known.put("is_chat", attributes.isChat());
        known.put("recommended_renderers", attributes.recommendedRenderers());
        known.put("is_vl", attributes.seesImages());
        known.put("is_audio_in", attributes.hearsAudio());
        assertThat(known).isEqualTo(recorded.get("result"));
      }
    }
  }

  private static List<Map<String, Object>> cases(VectorFiles.VectorFile file) {
    List<Map<String, Object>> cases = new ArrayList<>();
    Recorded.list(file.content().get("cases")).forEach(each -> cases.add(Recorded.object(each)));
    assertThat(cases).isNotEmpty();
    return cases;
  }

  /** The recording had a type missing for images; what it says of them is no result. */
  private static boolean needsMissingType(Map<String, Object> recorded) {
    return String.valueOf(Recorded.object(recorded.get("error")).get("message"))
        .contains("has no attribute");
  }

  private static String id(Map<String, Object> recorded) {
    return String.valueOf(recorded.get("id"));
  }

  /** Returns null for settings that are refused, which the reference finds out later. */
  private static DatumOptions options(Map<String, Object> recorded, TrainOnWhat what) {
    DatumOptions.Builder options =
        DatumOptions.builder()
            .trainOn(what)
            .allowsNothingToLearn(true)
            .reduction(
                "mean".equals(recorded.get("reduction"))
                    ? DatumOptions.Reduction.MEAN
                    : DatumOptions.Reduction.NONE);
    if (recorded.get("max_length") instanceof Number max) {
      options.maxLength(max.intValue());
    }
    return options.build();
  }

  private static ModelInput input(Map<String, Object> recorded) {
    List<ModelInputChunk> chunks = new ArrayList<>();
    for (Object chunk : Recorded.list(recorded.get("chunks"))) {
      chunks.add(
          chunk instanceof Number tokens
              ? ImageChunk.of(new byte[] {1}, ImageFormat.PNG).withExpectedTokens(tokens.intValue())
              : EncodedTextChunk.of(
                  Recorded.list(chunk).stream()
                      .mapToInt(id -> ((Number) id).intValue())
                      .toArray()));
    }
    return ModelInput.of(chunks);
  }

  private static <T> T attempt(Supplier<T> call) {
    try {
      return call.get();
    } catch (IllegalArgumentException refused) {
      return null;
    }
  }

  private static void check(Map<String, Object> recorded, Supplier<Datum> call) {
    Datum datum = attempt(call);
    assertThat(datum == null).as(id(recorded)).isEqualTo(recorded.containsKey("error"));
    if (datum == null) {
      return;
    }
    Map<String, Object> result = Recorded.object(recorded.get("result"));
    Map<String, Object> inputs = Recorded.object(result.get("loss_fn_inputs"));
    assertThat(Deviations.withoutEmptyChunks(chunks(datum.modelInput())))
        .as(id(recorded))
        .isEqualTo(Deviations.withoutEmptyChunks(result.get("model_input")));
    assertThat(longs(datum.lossFnInputs().get(Datum.TARGET_TOKENS)))
        .as(id(recorded))
        .isEqualTo(widened(Recorded.object(inputs.get("target_tokens")).get("data")));
    float[] weights = datum.lossFnInputs().get(Datum.WEIGHTS).toFloats();
    List<?> expected = Recorded.list(Recorded.object(inputs.get("weights")).get("data"));
    assertThat(weights).as(id(recorded)).hasSameSizeAs(expected);
    for (int i = 0; i < weights.length; i++) {
      assertThat(weights[i])
          .as(id(recorded))
          .isCloseTo(((Number) expected.get(i)).floatValue(), within(1e-6f));
    }
  }

  private static List<Object> chunks(ModelInput input) {
    List<Object> chunks = new ArrayList<>();
    for (ModelInputChunk chunk : input.chunks()) {
      chunks.add(
          chunk instanceof ImageChunk image
              ? (Object) image.length()
              : Recorded.chunks(ModelInput.of(List.of(chunk))).get(0));
    }
    return chunks;
  }

  private static List<Long> longs(TensorData tensor) {
    List<Long> longs = new ArrayList<>();
    for (int i = 0; i < tensor.longs().remaining(); i++) {
      longs.add(tensor.longs().get(i));
    }
    return longs;
  }

  private static List<Long> widened(Object ints) {
    List<Long> longs = new ArrayList<>();
    Recorded.list(ints).forEach(each -> longs.add(((Number) each).longValue()));
    return longs;
  }
}
