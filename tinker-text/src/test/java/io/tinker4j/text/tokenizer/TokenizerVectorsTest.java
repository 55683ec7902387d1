package io.tinker4j.text.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import tools.jackson.databind.JsonNode;

/** What the reference's tokenizers make of texts and of tokens. */
class TokenizerVectorsTest {
  @TestFactory
  Stream<DynamicTest> tokenizers() throws IOException {
    Map<String, String> deviations = deviations();
    List<DynamicTest> tests = new ArrayList<>();
    for (VectorFiles.VectorFile file : VectorFiles.of("tokenizers")) {
      Tokenizer tokenizer =
          Tokenizers.read(file.tokenizers().resolve(file.name()).resolve("tokenizer.json"));
      for (JsonNode each : file.content().path("cases")) {
        String id = each.path("id").stringValue();
        String reason = deviations.get(id.substring(id.indexOf('/') + 1));
        tests.add(
            reason == null
                ? dynamicTest(id, () -> check(tokenizer, each))
                : dynamicTest(
                    id + " deviates: " + reason,
                    () ->
                        assertThatThrownBy(() -> check(tokenizer, each))
                            .isInstanceOf(AssertionError.class)));
      }
    }
    return tests.stream();
  }

  private static Map<String, String> deviations() throws IOException {
    Map<String, String> deviations = new HashMap<>();
    for (String line : Files.readAllLines(VectorFiles.resource("deviations.txt"))) {
      String[] parts = line.split(" ", 2);
      deviations.put(parts[0], parts[1]);
    }
    return deviations;
  }

  private static void check(Tokenizer tokenizer, JsonNode vector) {
    if (vector.has("utf16")) {
      checkRefused(tokenizer, vector);
    } else if (vector.has("decode_ids")) {
      int[] tokens = VectorFiles.ints(vector.path("decode_ids"));
      checkDecoded(tokenizer, tokens, vector, "decode_");
    } else {
      checkText(tokenizer, vector);
    }
  }

  private static void checkRefused(Tokenizer tokenizer, JsonNode vector) {
    StringBuilder text = new StringBuilder();
    for (int unit : VectorFiles.ints(vector.path("utf16"))) {
      text.append((char) unit);
    }
    int place = text.indexOf("\uD83D");

    assertThatIllegalArgumentException()
        .isThrownBy(() -> tokenizer.encode(text.toString()))
        .withMessageContaining("index " + place + " ");
  }

  private static void checkText(Tokenizer tokenizer, JsonNode vector) {
    String text = vector.path("text").stringValue();
    int[] ids = VectorFiles.ints(vector.path("ids"));
    int[] withSpecial = VectorFiles.ints(vector.path("ids_with_special"));

    assertThat(tokenizer.encode(text, SpecialTokenText.AS_CONTROL)).isEqualTo(ids);
    assertThat(tokenizer.encodeSequence(text)).isEqualTo(withSpecial);
    Encoding encoding = tokenizer.encodeWithOffsets(text, SpecialTokenText.AS_CONTROL);
    assertThat(encoding.tokens()).isEqualTo(ids);
    Tiles.check(text, encoding);
    checkDecoded(tokenizer, ids, vector, "decode_");
    checkDecoded(tokenizer, withSpecial, vector, "decode_special_");
    String roundTrip = tokenizer.decode(tokenizer.encode(text, SpecialTokenText.AS_TEXT));
    assertThat(roundTrip).isEqualTo(vector.path("decode_keep").stringValue());
  }

  private static void checkDecoded(
      Tokenizer tokenizer, int[] tokens, JsonNode vector, String prefix) {
    String kept = vector.path(prefix + "keep").stringValue();
    String skipped = vector.path(prefix + "skip").stringValue();

    assertThat(tokenizer.decode(tokens)).isEqualTo(kept);
    assertThat(tokenizer.decode(tokens, DecodeOptions.SKIP_SPECIAL_TOKENS)).isEqualTo(skipped);
    assertThat(Tiles.streamed(tokenizer, tokens, DecodeOptions.DEFAULT)).isEqualTo(kept);
    assertThat(Tiles.streamed(tokenizer, tokens, DecodeOptions.SKIP_SPECIAL_TOKENS))
        .isEqualTo(skipped);
  }
}
