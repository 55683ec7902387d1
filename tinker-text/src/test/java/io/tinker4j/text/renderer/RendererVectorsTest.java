package io.tinker4j.text.renderer;

import static org.assertj.core.api.Assertions.assertThat;

import io.tinker4j.text.tokenizer.SpecialTokenText;
import io.tinker4j.text.tokenizer.Tokenizer;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What the reference has returned, case by case. */
final class RendererVectorsTest {
  private static final Deviations DEVIATIONS = new Deviations();

  static List<VectorFiles.VectorFile> files() {
    return VectorFiles.of("renderers");
  }

  private static RendererOptions options(Tokenizer tokenizer, SpecialTokenText specials) {
    return RendererOptions.builder()
        .specialTokens(specials)
        .cleanUpSpaces(tokenizer.decodeDefaults().cleanUp())
        .currentDate(LocalDate.of(2026, 11, 26))
        .images(
            ImageEncoder.ofDataUris((width, height) -> ((width + 31) / 32) * ((height + 31) / 32)))
        .build();
  }

  @ParameterizedTest
  @MethodSource("files")
  void recordedCases_settingOfTheReference_differByTheRulesOnly(VectorFiles.VectorFile file) {
    Map<String, Object> head = file.content();
    Tokenizer tokenizer = file.tokenizer(head.get("tokenizer"));
    Renderer renderer =
        Renderers.of(
            String.valueOf(head.get("renderer")),
            tokenizer,
            options(tokenizer, SpecialTokenText.AS_CONTROL));

    assertThat(renderer.hasExtensionProperty()).isEqualTo(head.get("has_extension_property"));
    assertThat(renderer.supportsStreaming()).isEqualTo(head.get("supports_streaming"));
    assertThat(Recorded.stops(renderer)).isEqualTo(head.get("stop_sequences"));
    assertThat(Recorded.ids(renderer.beginTokens())).isEqualTo(head.get("bos_tokens"));
    List<String> problems = new ArrayList<>();
    for (Object json : Recorded.list(head.get("cases"))) {
      Recorded recorded = new Recorded(renderer, Recorded.object(json));
      Map<String, String> differences =
          Deviations.differences(recorded.expected(), recorded.actual());
      for (String field : recorded.expected().keySet()) {
        String rule = DEVIATIONS.ruleOf(recorded, field);
        if ((rule != null) != differences.containsKey(field)) {
          problems.add(
              recorded.id() + " " + field + " (rule " + rule + "): " + differences.get(field));
        }
      }
    }
    assertThat(problems).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("files")
  void recordedCases_defaultSetting_differWhereTextIsATokenOnly(VectorFiles.VectorFile file) {
    Map<String, Object> head = file.content();
    Tokenizer tokenizer = file.tokenizer(head.get("tokenizer"));
    String name = String.valueOf(head.get("renderer"));
    Renderer renderer = Renderers.of(name, tokenizer, options(tokenizer, SpecialTokenText.AS_TEXT));
    Renderer reference =
        Renderers.of(name, tokenizer, options(tokenizer, SpecialTokenText.AS_CONTROL));

    List<String> problems = new ArrayList<>();
    for (Object json : Recorded.list(head.get("cases"))) {
      Recorded recorded = new Recorded(renderer, Recorded.object(json));
      Map<String, Object> expected = new Recorded(reference, Recorded.object(json)).actual();
      Map<String, String> differences = Deviations.differences(expected, recorded.actual());
      List<String> texts = Deviations.tokenTexts(recorded, name, tokenizer);
      String written = written(expected.get("generation"), tokenizer);
      boolean has = texts.stream().anyMatch(written::contains);
      if ((!differences.isEmpty() && texts.isEmpty()) || (differences.isEmpty() && has)) {
        problems.add(recorded.id() + " with " + texts + ": " + differences);
      }
    }
    assertThat(problems).isEmpty();
  }

  /** Returns the text of a prompt; empty when there is none. */
  private static String written(Object chunks, Tokenizer tokenizer) {
    StringBuilder text = new StringBuilder();
    if (chunks instanceof List<?> all) {
      for (Object chunk : all) {
        if (chunk instanceof List<?> ids) {
          int[] tokens = ids.stream().mapToInt(id -> ((Number) id).intValue()).toArray();
          text.append(tokenizer.decode(tokens));
        }
      }
    }
    return text.toString();
  }
}
