package io.tinker4j.cli;

import io.tinker4j.testkit.EmbeddedTinkerServer;
import java.util.OptionalInt;

/** What the names of the embedded server's own models say. */
final class TinyModels {
  private static final String PREFIX = "tinker4j/";
  private static final int BYTES = 257;

  private TinyModels() {}

  /** Whether a model is one of these. */
  static boolean isTiny(String model) {
    return model.startsWith(PREFIX);
  }

  /** Whether it is one whose tokens are bytes and the end of the text. */
  static boolean isOfBytes(String model) {
    return isTiny(model) && EmbeddedTinkerServer.vocabularySize(model) == BYTES;
  }

  /** Whether its name says how many tokens it has, so that any tokenizer may fit. */
  static boolean isSized(String model) {
    return isTiny(model) && !isOfBytes(model);
  }

  /** Returns how many tokens it has; empty for a model of others. */
  static OptionalInt vocabularySize(String model) {
    return isTiny(model)
        ? OptionalInt.of(EmbeddedTinkerServer.vocabularySize(model))
        : OptionalInt.empty();
  }
}
