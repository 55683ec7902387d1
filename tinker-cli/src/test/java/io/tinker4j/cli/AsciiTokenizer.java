package io.tinker4j.cli;

import io.tinker4j.transport.operation.JsonCodec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Files of a tokenizer with a token for each printable character of ASCII, and {@code <end>}. */
final class AsciiTokenizer {
  private AsciiTokenizer() {}

  /** Writes them to a directory and returns it. */
  static Path write(Path directory, String chatTemplate) throws IOException {
    Map<String, Integer> vocabulary = new LinkedHashMap<>();
    for (char each = '!'; each <= '~'; each++) {
      vocabulary.put(String.valueOf(each), vocabulary.size());
    }
    Map<String, Object> end =
        Map.of("id", vocabulary.size(), "content", "<end>", "special", true, "normalized", false);
    Map<String, Object> byteLevel =
        Map.of("type", "ByteLevel", "add_prefix_space", false, "use_regex", true);
    Map<String, Object> model = Map.of("type", "BPE", "vocab", vocabulary, "merges", List.of());
    Files.createDirectories(directory);
    Files.write(
        directory.resolve("tokenizer.json"),
        JsonCodec.write(
            Map.of(
                "added_tokens", List.of(end),
                "pre_tokenizer", byteLevel,
                "decoder", byteLevel,
                "model", model)));
    Files.write(
        directory.resolve("tokenizer_config.json"),
        JsonCodec.write(Map.of("eos_token", "<end>", "chat_template", chatTemplate)));
    return directory;
  }
}
