package io.tinker4j.text.renderer;

/**
 * What the model is asked to write.
 *
 * @param role as whom
 * @param prefill how it begins, empty for nothing; text of special tokens becomes them
 */
public record Turn(String role, String prefill) {
  /** The assistant's answer. */
  public static final Turn ASSISTANT = new Turn("assistant", "");

  /** Returns the assistant's answer that begins with this text. */
  public static Turn assistant(String prefill) {
    return new Turn("assistant", prefill);
  }

  /** Returns a message of this role. */
  public static Turn of(String role) {
    return new Turn(role, "");
  }
}
