package io.tinker4j.testkit.run;

import io.tinker4j.testkit.checkpoint.OperationException;
import io.tinker4j.testkit.http.JsonBodies;
import io.tinker4j.testkit.http.RefusedException;

/** How an operation ended. */
public sealed interface Outcome {
  /** It gave a wire type. */
  record Finished(Object result) implements Outcome {}

  /** It failed; {@code category} is {@code user} or {@code server}. */
  record Failed(String message, String category) implements Outcome {
    /** Mends the message where it cites text that is no text. */
    public Failed {
      message = JsonBodies.wellFormed(message);
    }

    /** Whoever sent the request can mend it. */
    static Failed user(String message) {
      return new Failed(message, "user");
    }

    /** What went wrong says whose fault it is. */
    public static Failed of(Throwable cause) {
      String message = cause.getMessage() == null ? cause.toString() : cause.getMessage();
      return switch (cause) {
        case OperationException e -> user(message);
        case RefusedException e -> user(message);
        case IllegalArgumentException e -> user(message);
        case ArithmeticException e -> user(message);
        default -> new Failed(message, "server");
      };
    }
  }

  /** The server closed before it ended. */
  record Lost() implements Outcome {}
}
