package io.tinker4j.text.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** Rank files as tiktoken has them. */
class TiktokenTest {
  private static final Path SMALL = VectorFiles.resource("tokenizers/small");
  private static final String TEXT =
      "The capital of France is Paris, isn't it?\n\n  Don't say 12345 größer 你好，世界 😀 \t end  ";

  @TempDir Path directory;

  /** Writes the small tokenizer's vocabulary as ranks: its ids are in the order of its merges. */
  private Path ranks() throws IOException {
    JsonNode model = VectorFiles.json(SMALL.resolve("tokenizer.json")).path("model");
    StringBuilder lines = new StringBuilder();
    for (Map.Entry<String, JsonNode> each : model.path("vocab").properties()) {
      byte[] bytes = new byte[each.getKey().length()];
      for (int i = 0; i < bytes.length; i++) {
        bytes[i] = (byte) ByteAlphabet.value(each.getKey().charAt(i));
      }
      lines.append(Base64.getEncoder().encodeToString(bytes));
      lines.append(' ').append(each.getValue().intValue()).append('\n');
    }
    return Files.writeString(directory.resolve("tiktoken.model"), lines);
  }

  @Test
  void ranks_encodeAsTheSameVocabularyWithMerges() throws IOException {
    Tokenizer merges = Tokenizers.read(SMALL);

    Tokenizer ranks =
        Tokenizers.readTiktoken(ranks(), SplitPatterns.QWEN, Map.of("<|im_end|>", 656));

    assertThat(ranks.encode(TEXT)).isEqualTo(merges.encode(TEXT));
    assertThat(ranks.decode(ranks.encode(TEXT))).isEqualTo(TEXT);
    assertThat(ranks.encode("Hi<|im_end|>", SpecialTokenText.AS_CONTROL)).endsWith(656);
    assertThat(ranks.encode("Hi<|im_end|>")).doesNotContain(656);
    assertThat(ranks.decode(new int[] {72, 656}, DecodeOptions.SKIP_SPECIAL_TOKENS)).isEqualTo("H");
  }

  @Test
  void ranks_anotherPattern_isTakenAsARegularExpression() throws IOException {
    Tokenizer tokenizer = Tokenizers.readTiktoken(ranks(), "[a-z]+|[^a-z]", Map.of());

    Encoding encoding = tokenizer.encodeWithOffsets("the the", SpecialTokenText.AS_TEXT);

    Tiles.check("the the", encoding);
    assertThat(tokenizer.decode(encoding.tokens())).isEqualTo("the the");
  }

  @Test
  void ranks_damagedLine_isNamed() throws IOException {
    Path file = Files.writeString(directory.resolve("x.tiktoken"), "IQ== 0\nnothing\n");

    assertThatIllegalArgumentException()
        .isThrownBy(() -> Tokenizers.readTiktoken(file, "x", Map.of()))
        .withMessageContaining("line 2");
  }

  @Test
  void ranks_ofTooFewBytes_areRefused() throws IOException {
    Path file = Files.writeString(directory.resolve("x.tiktoken"), "IQ== 0\n");

    assertThatIllegalArgumentException()
        .isThrownBy(() -> Tokenizers.readTiktoken(file, "x", Map.of()))
        .withMessageContaining("0x00");
  }

  @Test
  void ranks_specialTokenWithAnIdThatIsTaken_isRefused() throws IOException {
    Path file = ranks();

    assertThatIllegalArgumentException()
        .isThrownBy(() -> Tokenizers.readTiktoken(file, "x", Map.of("<|end|>", 5)))
        .withMessageContaining("<|end|>");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Tokenizers.readTiktoken(file, "(", Map.of()))
        .withMessageContaining("split pattern");
  }

  @Test
  void kimi_directory_hasNamedAndReservedTokens() throws IOException {
    ranks();
    Files.writeString(
        directory.resolve("tokenizer_config.json"),
        """
        {"added_tokens_decoder": {"656": {"content": "[BOS]", "special": true},
                                  "658": {"content": "<|im_end|>", "special": true}},
         "auto_map": {"AutoTokenizer": ["tokenization_kimi.TikTokenTokenizer", null]},
         "bos_token": "[BOS]", "eos_token": "<|im_end|>"}
        """);

    Tokenizer tokenizer = Tokenizers.read(directory);

    assertThat(tokenizer.specialTokens())
        .hasSize(256)
        .containsEntry("[BOS]", 656)
        .containsEntry("<|reserved_token_657|>", 657)
        .containsEntry("<|im_end|>", 658);
    assertThat(tokenizer.endOfSequence()).hasValue(658);
    assertThat(tokenizer.vocabularySize()).isEqualTo(656 + 256);
    assertThat(tokenizer.decode(tokenizer.encode(TEXT))).isEqualTo(TEXT);
  }

  @Test
  void directoryOfAnotherModel_asksForThePattern() throws IOException {
    ranks();

    assertThatExceptionOfType(UnsupportedTokenizerException.class)
        .isThrownBy(() -> Tokenizers.read(directory))
        .withMessageContaining("readTiktoken");
  }

  @Test
  void bytes_areTheTestServersTokens() {
    Tokenizer bytes = Tokenizers.bytes();

    assertThat(bytes.encode("aé<|endoftext|>", SpecialTokenText.AS_CONTROL))
        .containsExactly(97, 0xC3, 0xA9, 256);
    assertThat(bytes.decode(97, 0xC3, 256)).isEqualTo("a\uFFFD<|endoftext|>");
    assertThat(bytes.vocabularySize()).isEqualTo(257);
    assertThat(bytes.endOfSequence()).hasValue(256);
    assertThat("größer".getBytes(StandardCharsets.UTF_8)).hasSize(bytes.encode("größer").length);
  }

  @Test
  void bytes_withMoreSpecialTokens_countOn() {
    Tokenizer bytes = Tokenizers.bytes(List.of("<|user|>", "<|assistant|>"));

    assertThat(bytes.token("<|assistant|>")).hasValue(258);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Tokenizers.bytes(List.of("<|endoftext|>")));
  }
}
