package io.tinker4j.text.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import tools.jackson.databind.JsonNode;

/** What the reference decodes with and without cleaning up spaces. */
class CleanUpVectorsTest {
  @TestFactory
  Stream<DynamicTest> cleanUp() {
    Map<String, Tokenizer> tokenizers = new HashMap<>();
    List<DynamicTest> tests = new ArrayList<>();
    for (VectorFiles.VectorFile file : VectorFiles.of("cleanup")) {
      for (JsonNode each : file.content().path("cases")) {
        String name = each.path("tokenizer").stringValue();
        Tokenizer tokenizer =
            tokenizers.computeIfAbsent(
                name, known -> Tokenizers.read(file.tokenizers().resolve(known)));
        tests.add(dynamicTest(each.path("id").stringValue(), () -> check(tokenizer, each)));
      }
    }
    return tests.stream();
  }

  private static void check(Tokenizer tokenizer, JsonNode vector) {
    int[] tokens = VectorFiles.ints(vector.path("ids"));

    checkOptions(tokenizer, tokens, tokenizer.decodeDefaults(), vector.path("decode_default"));
    checkOptions(tokenizer, tokens, DecodeOptions.DEFAULT, vector.path("decode_clean_false"));
    checkOptions(
        tokenizer, tokens, new DecodeOptions(false, true), vector.path("decode_clean_true"));
    assertThat(tokenizer.decodeDefaults().cleanUp())
        .isEqualTo(vector.path("config_clean_up").booleanValue());
  }

  private static void checkOptions(
      Tokenizer tokenizer, int[] tokens, DecodeOptions options, JsonNode expected) {
    assertThat(tokenizer.decode(tokens, options)).isEqualTo(expected.stringValue());
    assertThat(Tiles.streamed(tokenizer, tokens, options)).isEqualTo(expected.stringValue());
  }
}
