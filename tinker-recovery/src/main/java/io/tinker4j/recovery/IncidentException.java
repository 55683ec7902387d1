package io.tinker4j.recovery;

import org.jspecify.annotations.Nullable;

/** A lineage has come to its end early. */
final class IncidentException extends Exception {
  private static final long serialVersionUID = 1;

  private final String what;
  private final String modelId;
  private final @Nullable String suspect;

  IncidentException(String modelId, String message, @Nullable Throwable cause) {
    this(modelId, message, cause, null);
  }

  /**
   * Creates one.
   *
   * @param suspect the checkpoint that turned out not to restore what it had
   */
  IncidentException(
      String modelId, String message, @Nullable Throwable cause, @Nullable String suspect) {
    super(message, cause);
    this.what = message;
    this.modelId = modelId;
    this.suspect = suspect;
  }

  /** Returns what has happened. */
  String what() {
    return what;
  }

  String modelId() {
    return modelId;
  }

  @Nullable String suspect() {
    return suspect;
  }
}
