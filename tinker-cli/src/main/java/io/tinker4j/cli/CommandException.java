package io.tinker4j.cli;

import java.io.Serial;

/** Ends a command with exit code 1; its message is the whole line that the user reads. */
final class CommandException extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  CommandException(String message) {
    super(message);
  }

  CommandException(String message, Throwable cause) {
    super(message, cause);
  }
}
