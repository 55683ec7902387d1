package io.tinker4j.text.tokenizer;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.PatternSyntaxException;
import tools.jackson.databind.JsonNode;

/** Reads rank files: on each line the bytes of a token in Base64, a space, and its rank. */
final class TiktokenFile {
  private static final int KIMI_RESERVED = 256;

  private TiktokenFile() {}

  /**
   * Reads a file.
   *
   * @throws IllegalArgumentException when a line is damaged, a byte has no rank, the pattern is
   *     none, or a special token has the id of a rank
   */
  static Tokenizer read(
      Path file, String pattern, Map<String, Integer> specials, TokenizerConfig config)
      throws IOException {
    Vocabulary vocabulary = vocabulary(file);
    for (int i = 0; i < 256; i++) {
      if (vocabulary.id(String.valueOf(ByteAlphabet.character(i))) == Vocabulary.NONE) {
        throw new IllegalArgumentException(
            "%s has no rank for the byte 0x%02X; get the file again".formatted(file, i));
      }
    }
    specials.forEach((text, id) -> {
      if (vocabulary.text(id) != null) {
        throw new IllegalArgumentException(
            "the special token \"%s\" has id %d, which %s has as a rank".formatted(text, id, file));
      }
    });
    try {
      return SpelledBytes.ranks(vocabulary, SplitPatterns.isolated(pattern), specials, config);
    } catch (PatternSyntaxException e) {
      throw new IllegalArgumentException("the split pattern is none: " + e.getMessage(), e);
    }
  }

  private static Vocabulary vocabulary(Path file) throws IOException {
    Vocabulary vocabulary = new Vocabulary();
    List<String> lines = Files.readAllLines(file);
    for (int i = 0; i < lines.size(); i++) {
      String line = lines.get(i);
      if (line.isEmpty()) {
        continue;
      }
      int space = line.indexOf(' ');
      try {
        byte[] bytes = Base64.getDecoder().decode(line.substring(0, Math.max(0, space)));
        vocabulary.put(ByteAlphabet.text(bytes), Integer.parseInt(line.substring(space + 1)));
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException(
            "%s, line %d is no token in Base64 and its rank; get the file again"
                .formatted(file, i + 1),
            e);
      }
    }
    return vocabulary;
  }

  /**
   * Reads the directory of a Kimi model: {@code tiktoken.model}, and the special tokens of {@code
   * tokenizer_config.json}. The split pattern is not in the files but in the model's Python code.
   *
   * @throws UnsupportedTokenizerException when the directory is of another model
   */
  static Tokenizer readKimi(Path directory) throws IOException {
    JsonNode config = ConfigReader.tree(directory.resolve("tokenizer_config.json"));
    if (!config.toString().contains("tokenization_kimi")) {
      throw new UnsupportedTokenizerException(
          directory
              + " has a tiktoken.model and does not say how text is split for it; read it with"
              + " Tokenizers.readTiktoken and the model's split pattern");
    }
    Path file = directory.resolve("tiktoken.model");
    int first = vocabulary(file).limit();
    Map<Integer, String> byId = new LinkedHashMap<>();
    for (int id = first; id < first + KIMI_RESERVED; id++) {
      byId.put(id, "<|reserved_token_" + id + "|>");
    }
    for (Map.Entry<String, JsonNode> each : config.path("added_tokens_decoder").properties()) {
      byId.put(Integer.valueOf(each.getKey()), each.getValue().path("content").stringValue());
    }
    Map<String, Integer> specials = new LinkedHashMap<>();
    byId.forEach((id, text) -> specials.put(text, id));
    return read(file, SplitPatterns.KIMI, specials, ConfigReader.read(directory));
  }
}
