package io.tinker4j.cli.output;

import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;

/** Why something failed, on one line. */
public final class FailureReason {
  private FailureReason() {}

  /** Returns the message of a failure, or of the one that it wraps. */
  public static String of(Throwable failure) {
    Throwable cause = failure.getCause();
    boolean isWrapper =
        failure instanceof CompletionException || failure instanceof ExecutionException;
    return isWrapper && cause != null
        ? of(cause)
        : FailureText.oneLine(String.valueOf(failure.getMessage()));
  }
}
