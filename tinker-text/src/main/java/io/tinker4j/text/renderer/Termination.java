package io.tinker4j.text.renderer;

import java.util.Locale;

/** How a model's answer has ended. */
public enum Termination {
  /** With the renderer's stop sequence. */
  STOP_SEQUENCE,

  /** With the tokenizer's end of sequence, where the renderer takes that for an end too. */
  EOS,

  /** Not at all (cut off at the token limit), or more than once. */
  MALFORMED;

  /** Returns whether the answer has come to an end. */
  public boolean isClean() {
    return this != MALFORMED;
  }

  /** Returns the name that logs of the cookbook use, such as {@code stop_sequence}. */
  public String id() {
    return name().toLowerCase(Locale.ROOT);
  }
}
