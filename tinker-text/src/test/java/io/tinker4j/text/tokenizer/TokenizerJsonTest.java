package io.tinker4j.text.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Parts of tokenizer files that the recorded ones do not have, and files that are none. */
class TokenizerJsonTest {
  private static final String BYTE_LEVEL =
      "{\"type\": \"ByteLevel\", \"add_prefix_space\": false, \"use_regex\": false}";

  @TempDir Path directory;

  /** A file with three merges: ab, abc, and xy. */
  private static String json(String added, String normalizer, String split, String decoder) {
    return """
    {"version": "1.0", "added_tokens": [%s], "normalizer": %s, "pre_tokenizer": %s,
     "post_processor": null, "decoder": %s,
     "model": {"type": "BPE", "unk_token": null, "vocab": {"a": 0, "b": 1, "c": 2, "x": 3, "y": 4,
       "Ġ": 5, "▁": 6, "ab": 7, "abc": 8, "xy": 9, "<s>": 10, "A": 11, ".": 12, "▁a": 13},
       "merges": ["a b", ["ab", "c"], "x y", "▁ a"]}}
    """
        .formatted(added, normalizer, split, decoder);
  }

  private static String added(String text, int id, String flags) {
    return "{\"id\": %d, \"content\": \"%s\", \"special\": true%s}".formatted(id, text, flags);
  }

  private Tokenizer read(String json) throws IOException {
    return Tokenizers.read(Files.writeString(directory.resolve("tokenizer.json"), json));
  }

  private Tokenizer withAdded(String text, String flags) throws IOException {
    return read(json(added(text, 20, flags), "null", BYTE_LEVEL, BYTE_LEVEL));
  }

  private static int[] control(Tokenizer tokenizer, String text) {
    return tokenizer.encode(text, SpecialTokenText.AS_CONTROL);
  }

  @Test
  void addedToken_thatTrims_takesTheSpacesAroundIt() throws IOException {
    String flags = ", \"lstrip\": true, \"rstrip\": true, \"normalized\": false";
    Tokenizer tokenizer = withAdded("[M]", flags);

    Encoding encoding =
        tokenizer.encodeWithOffsets("ab  [M] \n[M]abc", SpecialTokenText.AS_CONTROL);

    assertThat(encoding.tokens()).containsExactly(7, 20, 20, 8);
    assertThat(encoding.start(1)).isEqualTo(2);
    assertThat(encoding.end(1)).isEqualTo(9);
    assertThat(encoding.start(2)).isEqualTo(9);
    Tiles.check("ab  [M] \n[M]abc", encoding);
  }

  @Test
  void addedToken_thatIsASingleWord_isNotFoundInsideOfOne() throws IOException {
    Tokenizer tokenizer = withAdded("xy", ", \"single_word\": true, \"normalized\": false");

    assertThat(control(tokenizer, "xy.xy xyab axy")).containsExactly(9, 12, 9, 5, 9, 7, 5, 0, 9);
    assertThat(tokenizer.token("xy")).hasValue(9);
  }

  @Test
  void addedTokens_ofWhichOneBeginsAnother_areFoundByTheLongest() throws IOException {
    String both =
        added("[M]", 20, ", \"normalized\": false")
            + ","
            + added("[M]]", 21, ", \"normalized\": false");
    Tokenizer tokenizer = read(json(both, "null", BYTE_LEVEL, BYTE_LEVEL));

    assertThat(control(tokenizer, "[M]][M]a")).containsExactly(21, 20, 0);
  }

  @Test
  void addedToken_thatIsNormalized_isFoundInNormalizedText() throws IOException {
    Tokenizer tokenizer =
        read(json(added("[MASK]", 20, ""), "{\"type\": \"Lowercase\"}", BYTE_LEVEL, BYTE_LEVEL));

    assertThat(control(tokenizer, "AB[mAsK]ABC")).containsExactly(7, 20, 8);
    Encoding encoding = tokenizer.encodeWithOffsets("AB[mAsK]ABC", SpecialTokenText.AS_CONTROL);
    Tiles.check("AB[mAsK]ABC", encoding);
  }

  @Test
  void specialTokenThatTheModelHas_isNotMadeOfText() throws IOException {
    String json =
        json(added("<s>", 10, ""), "null", BYTE_LEVEL, BYTE_LEVEL)
            .replace("\"unk_token\": null", "\"unk_token\": null, \"ignore_merges\": true")
            .replace("\"A\": 11", "\"A\": 11, \"<\": 14, \">\": 15, \"s\": 16");
    Tokenizer tokenizer = read(json);

    assertThat(control(tokenizer, "<s>")).containsExactly(10);
    assertThat(tokenizer.encode("<s>")).containsExactly(14, 16, 15);
    assertThat(tokenizer.encode("abc")).containsExactly(8);
  }

  @Test
  void metaspace_putsItsSignInFrontAndTakesItAwayAgain() throws IOException {
    String meta =
        "{\"type\": \"Metaspace\", \"replacement\": \"▁\", \"prepend_scheme\": \"first\"}";
    Tokenizer tokenizer = read(json("", "null", meta, meta));

    int[] tokens = tokenizer.encode("ab a");

    assertThat(tokens).containsExactly(6, 7, 13);
    assertThat(tokenizer.decode(tokens)).isEqualTo("ab a");
    Tiles.check("ab a", tokenizer.encodeWithOffsets("ab a", SpecialTokenText.AS_TEXT));
  }

  @Test
  void prefixSpace_isAddedToTheText() throws IOException {
    String split = "{\"type\": \"ByteLevel\", \"add_prefix_space\": true, \"use_regex\": true}";
    Tokenizer tokenizer = read(json("", "null", split, split));

    assertThat(tokenizer.encode("ab a")).containsExactly(5, 7, 5, 0);
    assertThat(tokenizer.encode(" ab")).containsExactly(5, 7);
  }

  @Test
  void llamaDecoder_takesOneSpaceAtTheBeginningAway() throws IOException {
    String normalizer =
        "{\"type\": \"Sequence\", \"normalizers\": [{\"type\": \"Prepend\", \"prepend\": \"▁\"},"
            + " {\"type\": \"Replace\", \"pattern\": {\"String\": \" \"}, \"content\": \"▁\"}]}";
    String decoder =
        "{\"type\": \"Sequence\", \"decoders\": [{\"type\": \"Replace\", \"pattern\": {\"String\":"
            + " \"▁\"}, \"content\": \" \"}, {\"type\": \"ByteFallback\"}, {\"type\": \"Fuse\"},"
            + " {\"type\": \"Strip\", \"content\": \" \", \"start\": 1, \"stop\": 0}]}";
    Tokenizer tokenizer = read(json("", normalizer, "null", decoder));

    int[] tokens = tokenizer.encode("a b");

    assertThat(tokens).containsExactly(13, 6, 1);
    assertThat(tokenizer.decode(tokens)).isEqualTo("a b");
    assertThat(tokenizer.decode(6, 6, 0)).isEqualTo(" a");
    assertThat(Tiles.streamed(tokenizer, new int[] {6, 6, 0}, DecodeOptions.DEFAULT))
        .isEqualTo(" a");
  }

  @Test
  void noDecoder_putsSpacesBetweenTokens() throws IOException {
    assertThat(read(json("", "null", BYTE_LEVEL, "null")).decode(7, 2)).isEqualTo("ab c");
  }

  @Test
  void escapedPairsInNames_areRead() throws IOException {
    String json = json("", "null", "null", "null").replace("\"A\": 11", "\"\\uD83D\\uDE00\": 11");

    assertThat(read(json).encode("😀")).containsExactly(11);
  }

  @Test
  void configuration_namesBeginAndEndAndTemplate() throws IOException {
    Files.writeString(
        directory.resolve("tokenizer_config.json"),
        """
        {"bos_token": {"content": "<s>"}, "eos_token": "[M]", "add_bos_token": true,
         "add_eos_token": true, "clean_up_tokenization_spaces": true,
         "chat_template": [{"name": "tool_use", "template": "t"},
                           {"name": "default", "template": "d"}]}
        """);
    Files.writeString(
        directory.resolve("tokenizer.json"),
        json(added("<s>", 10, "") + "," + added("[M]", 20, ""), "null", BYTE_LEVEL, BYTE_LEVEL));

    Tokenizer tokenizer = Tokenizers.read(directory);

    assertThat(tokenizer.beginOfSequence()).hasValue(10);
    assertThat(tokenizer.endOfSequence()).hasValue(20);
    assertThat(tokenizer.encodeSequence("ab")).containsExactly(10, 7, 20);
    assertThat(tokenizer.chatTemplate()).hasValue("d");
    assertThat(tokenizer.decodeDefaults().cleanUp()).isTrue();
    Files.writeString(directory.resolve("chat_template.jinja"), "j");
    assertThat(Tokenizers.read(directory).chatTemplate()).hasValue("j");
  }

  @Test
  void partsOfOtherKinds_areNamed() throws IOException {
    assertUnsupported(json("", "{\"type\": \"Nmt\"}", BYTE_LEVEL, BYTE_LEVEL), "normalizer Nmt");
    assertUnsupported(json("", "null", "{\"type\": \"Whirl\"}", "null"), "pre-tokenizer Whirl");
    assertUnsupported(json("", "null", "null", "{\"type\": \"CTC2\"}"), "decoder CTC2");
    String split =
        "{\"type\": \"Split\", \"pattern\": {\"Regex\": \"(\"}, \"behavior\": \"Isolated\","
            + " \"invert\": false}";
    assertUnsupported(json("", "null", split, "null"), "pattern");
    assertUnsupported(
        json("", "null", "null", "null").replace("\"BPE\"", "\"Other\""), "model type Other");
  }

  private void assertUnsupported(String json, String part) {
    assertThatExceptionOfType(UnsupportedTokenizerException.class)
        .isThrownBy(() -> read(json))
        .withMessageContaining("tokenizer.json")
        .withMessageContaining(part);
  }

  @Test
  void damagedFiles_areRefusedWithTheirName() throws IOException {
    String whole = json("", "null", BYTE_LEVEL, BYTE_LEVEL);
    assertDamaged(whole.substring(0, 300), "");
    assertDamaged("[]", "no JSON object");
    assertDamaged(whole.replace("\"a b\"", "\"a q\""), "\"aq\"");
    assertDamaged(whole.replace("\"a b\"", "\"a b c\""), "two parts");
    assertDamaged(whole.replace("\"a\": 0", "\"a\": -1"), "-1");
    assertDamaged(whole.replace("[\"ab\", \"c\"]", "[\"ab\", 5]"), "no text");
    Files.write(
        directory.resolve("tokenizer.json"),
        new byte[] {'{', '"', (byte) 0xFF, '"', ':', '1', '}'});
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Tokenizers.read(directory.resolve("tokenizer.json")))
        .withMessageContaining("UTF-8");
  }

  private void assertDamaged(String json, String what) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> read(json))
        .withMessageContaining(what)
        .isNotInstanceOf(UnsupportedTokenizerException.class);
  }

  @Test
  void missingFile_isAnIoFailure() {
    assertThatExceptionOfType(UncheckedIOException.class)
        .isThrownBy(() -> Tokenizers.read(directory.resolve("nothing")));
  }

  @Test
  void bytesThatAreNoText_becomeReplacementCharactersAsInTheReference() {
    Tokenizer bytes = Tokenizers.bytes();

    assertThat(bytes.decode(0xED, 0xA0, 0x80)).isEqualTo("\uFFFD\uFFFD\uFFFD");
    assertThat(bytes.decode(0xF0, 0x9F, 'a')).isEqualTo("\uFFFDa");
  }
}
