package io.tinker4j.cli.output;

import java.io.Serial;
import java.util.List;

/** Ends a command with exit code 1; its message is the whole line that the user reads. */
public final class CommandException extends RuntimeException {
  /** How a message begins that tells of a setting which cannot be right. */
  public static final String MISCONFIGURED = "Configuration error: ";

  @Serial private static final long serialVersionUID = 1L;

  @SuppressWarnings("serial") // An immutable list of strings.
  private final List<String> details;

  /** A failure that is no other's consequence. */
  public CommandException(String message) {
    super(message);
    this.details = List.of();
  }

  /** A failure with lines below the first one: what else was seen, and what to do. */
  public CommandException(String message, List<String> details) {
    super(message);
    this.details = List.copyOf(details);
  }

  /** A failure that another one has caused. */
  public CommandException(String message, Throwable cause) {
    super(message, cause);
    this.details = List.of();
  }

  /** A failure that another one has caused, with lines below the first one. */
  public CommandException(String message, List<String> details, Throwable cause) {
    super(message, cause);
    this.details = List.copyOf(details);
  }

  /** Returns the lines below the first one. */
  public List<String> details() {
    return details;
  }
}
