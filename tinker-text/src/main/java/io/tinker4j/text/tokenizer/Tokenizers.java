package io.tinker4j.text.tokenizer;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Finds and reads tokenizers. */
public final class Tokenizers {
  private Tokenizers() {}

  /**
   * Reads a tokenizer from a directory, or from a {@code tokenizer.json} alone. Of a directory the
   * {@code tokenizer_config.json} and {@code chat_template.jinja} are read, too; of a file alone
   * they are not, so that it has no configured begin and end of a sequence and no chat template.
   *
   * @throws UnsupportedTokenizerException when the tokenizer is of a kind that cannot be read
   * @throws IllegalArgumentException when a file is damaged
   * @throws UncheckedIOException when a file is missing or cannot be read
   */
  public static Tokenizer read(Path path) {
    try {
      return Files.isDirectory(path)
          ? TokenizerJson.read(path.resolve("tokenizer.json"), ConfigReader.read(path))
          : TokenizerJson.read(path, TokenizerConfig.NONE);
    } catch (IOException e) {
      throw new UncheckedIOException("reading the tokenizer " + path + " failed", e);
    }
  }
}
