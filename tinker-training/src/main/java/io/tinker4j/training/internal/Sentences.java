package io.tinker4j.training.internal;

/** Makes sentences of messages, so that another one can follow. */
public final class Sentences {
  private Sentences() {}

  /** Returns what a failure says, with a full stop at its end. */
  public static String of(Throwable failure) {
    String text = String.valueOf(failure.getMessage()).strip();
    return text.isEmpty() || ".!?".indexOf(text.charAt(text.length() - 1)) >= 0 ? text : text + ".";
  }
}
