package io.tinker4j.text.tokenizer;

import io.tinker4j.training.SamplingClient;
import io.tinker4j.training.TokenizerId;
import io.tinker4j.training.TrainingClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Finds and reads tokenizers.
 *
 * {@snippet :
 * Tokenizer tokenizer = Tokenizers.read(Path.of("models/qwen3"));
 * int[] tokens = tokenizer.encode("Hello!");
 * }
 */
public final class Tokenizers {
  private static final String END_OF_TEXT = "<|endoftext|>";

  private Tokenizers() {}

  /**
   * Finds the tokenizer of a model that is trained; asks the server for the model's name. Looks in
   * the hub's cache and among earlier downloads, and downloads nothing; a {@link TokenizerFinder}
   * does more. Blocks.
   *
   * @throws TokenizerNotFoundException when it is nowhere; the message lists the places
   * @throws UnsupportedTokenizerException when it is of a kind that cannot be read
   */
  public static Tokenizer of(TrainingClient client) {
    return of(client.tokenizerId());
  }

  /**
   * Finds the tokenizer of a model that is sampled from; see {@link #of(TrainingClient)}. Blocks.
   *
   * @throws TokenizerNotFoundException when it is nowhere; the message lists the places
   * @throws UnsupportedTokenizerException when it is of a kind that cannot be read
   */
  public static Tokenizer of(SamplingClient client) {
    return of(client.tokenizerId());
  }

  /**
   * Finds a tokenizer by its id; see {@link #of(TrainingClient)}. Blocks.
   *
   * @throws TokenizerNotFoundException when it is nowhere; the message lists the places
   * @throws UnsupportedTokenizerException when it is of a kind that cannot be read
   */
  public static Tokenizer of(TokenizerId id) {
    return TokenizerFinder.builder().build().find(id);
  }

  /**
   * Reads a tokenizer from a directory, or from a {@code tokenizer.json} alone. Of a directory the
   * {@code tokenizer_config.json} and {@code chat_template.jinja} are read, too; of a file alone
   * they are not, so that it has no configured begin and end of a sequence and no chat template. A
   * directory of Kimi K2 has a {@code tiktoken.model} instead.
   *
   * <p>Byte-pair encodings are read in Java. For other kinds (WordPiece, Unigram) the library
   * {@code ai.djl.huggingface:tokenizers} must be on the class path or module path, which has
   * native parts for Linux with glibc on x86_64 and aarch64, macOS on aarch64 and Windows on
   * x86_64.
   *
   * @throws UnsupportedTokenizerException when the tokenizer is of a kind that cannot be read
   * @throws IllegalArgumentException when a file is damaged
   * @throws UncheckedIOException when a file is missing or cannot be read
   */
  public static Tokenizer read(Path path) {
    try {
      if (!Files.isDirectory(path)) {
        return readJson(path, TokenizerConfig.NONE);
      }
      Path json = path.resolve("tokenizer.json");
      return !Files.exists(json) && Files.exists(path.resolve("tiktoken.model"))
          ? TiktokenFile.readKimi(path)
          : readJson(json, ConfigReader.read(path));
    } catch (IOException e) {
      throw new UncheckedIOException("reading the tokenizer " + path + " failed", e);
    }
  }

  private static Tokenizer readJson(Path file, TokenizerConfig config) throws IOException {
    try {
      return TokenizerJson.read(file, config);
    } catch (UnsupportedTokenizerException e) {
      return DjlTokenizer.read(file, config, e);
    }
  }

  /** Whether a directory has a tokenizer's files. */
  static boolean isTokenizer(Path directory) {
    return Files.exists(directory.resolve("tokenizer.json"))
        || Files.exists(directory.resolve("tiktoken.model"));
  }

  /**
   * Reads a rank file as tiktoken has it: on each line the bytes of a token in Base64, a space, and
   * its rank, which is its id.
   *
   * @param splitPattern the regular expression by which text is split, as in Python
   * @param specialTokens ids by text
   * @throws IllegalArgumentException when the file is damaged, the pattern is none, or a special
   *     token has the id of a rank
   * @throws UncheckedIOException when the file is missing or cannot be read
   */
  public static Tokenizer readTiktoken(
      Path file, String splitPattern, Map<String, Integer> specialTokens) {
    try {
      return TiktokenFile.read(file, splitPattern, Map.copyOf(specialTokens), TokenizerConfig.NONE);
    } catch (IOException e) {
      throw new UncheckedIOException("reading the ranks " + file + " failed", e);
    }
  }

  /**
   * Returns the tokenizer of the test server's models: a token per byte of UTF-8, whose id is the
   * byte, and 256, {@code <|endoftext|>}, which ends a text.
   */
  public static Tokenizer bytes() {
    return bytes(List.of());
  }

  /**
   * Returns a tokenizer of bytes with further special tokens, whose ids begin at 257; for a model
   * with as large a vocabulary.
   */
  public static Tokenizer bytes(List<String> specialTokens) {
    Map<String, Integer> ids = new LinkedHashMap<>();
    ids.put(END_OF_TEXT, 256);
    for (String text : specialTokens) {
      if (text.isEmpty() || ids.putIfAbsent(text, 256 + ids.size()) != null) {
        throw new IllegalArgumentException(
            "the special token \"" + text + "\" is empty or there twice");
      }
    }
    return SpelledBytes.bytes(ids, new TokenizerConfig(null, END_OF_TEXT, null, null, false, null));
  }
}
