package io.tinker4j.training;

import io.tinker4j.transport.TinkerException;
import java.util.Locale;
import java.util.Optional;

/**
 * The server accepted an operation and then failed it. Final: asking again gives the same answer.
 *
 * <p>{@link Category#USER} means that the request was wrong, for example a token outside the
 * vocabulary; {@link Category#SERVER} that the server had a fault.
 */
public final class RequestFailedException extends TinkerException {
  private static final long serialVersionUID = 1;

  private final Category category;
  private final String operation;
  private final String requestId;
  private final String error;

  RequestFailedException(String operation, String requestId, String error, Category category) {
    super(
        "%s failed on the server (%s): %s (request %s)"
            .formatted(operation, category.name().toLowerCase(Locale.ROOT), error, requestId));
    this.category = category;
    this.operation = operation;
    this.requestId = requestId;
    this.error = error;
  }

  /** Returns what the server says. */
  String error() {
    return error;
  }

  /** Returns the same failure with other words of the server's. */
  RequestFailedException withError(String otherError) {
    return error.equals(otherError)
        ? this
        : new RequestFailedException(operation, requestId, otherError, category);
  }

  /** Who is at fault, as far as the server tells. */
  public enum Category {
    /** The server does not tell. */
    UNKNOWN,
    /** The server. */
    SERVER,
    /** The request. */
    USER;

    /** Returns the category of that wire value; anything not known is {@link #UNKNOWN}. */
    static Category of(String value) {
      return switch (value) {
        case "server" -> SERVER;
        case "user" -> USER;
        default -> UNKNOWN;
      };
    }
  }

  /** Returns who is at fault. */
  public Category category() {
    return category;
  }

  /** Returns whether the request was at fault. */
  @Override
  public boolean isUserError() {
    return category == Category.USER;
  }

  @Override
  public Optional<String> requestId() {
    return Optional.of(requestId);
  }
}
