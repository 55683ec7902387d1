package io.tinker4j.text.renderer;

/**
 * Why a model's answer cannot be used as it is.
 *
 * @param kind whether the conversation can go on
 * @param detail what is wrong, at most 16,384 characters
 */
public record ParseFailure(Kind kind, String detail) {
  /** What is broken. */
  public enum Kind {
    /** The answer itself has no clean end; the conversation cannot go on from it. */
    STRUCTURAL,

    /** A call of a tool could not be read; the model can be asked to try again. */
    CONTENT
  }
}
