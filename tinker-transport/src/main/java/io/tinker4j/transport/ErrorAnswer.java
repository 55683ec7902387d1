package io.tinker4j.transport;

import java.io.Serializable;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What an error response says: about the error, and about trying again. */
public record ErrorAnswer(
    int status,
    Headers headers,
    String body,
    @Nullable String said,
    @Nullable Duration delay,
    int attempts)
    implements Serializable {
  private static final long serialVersionUID = 2;
  private static final int SHOWN = 500;

  Optional<Duration> retryAfter() {
    return Optional.ofNullable(delay);
  }

  /** Returns the server's own words, when the body is JSON that has some. */
  public Optional<String> detail() {
    return Optional.ofNullable(said);
  }

  boolean isRetryable() {
    String asked = headers.first("x-should-retry").orElse("");
    return switch (asked) {
      case "true" -> true;
      case "false" -> false;
      default -> status == 408 || status == 409 || status == 429 || status >= 500;
    };
  }

  /** Returns the text to show in a message. */
  public String shown() {
    String text = detail().orElse(body.strip());
    return text.length() <= SHOWN ? text : text.substring(0, SHOWN) + "…";
  }
}
