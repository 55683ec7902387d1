package io.tinker4j.transport;

import java.io.Serializable;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What an error answer says: about the error, and about trying again. */
record ErrorAnswer(int status, Headers headers, String body, @Nullable Duration delay, int attempts)
    implements Serializable {
  private static final long serialVersionUID = 1;
  private static final int SHOWN = 500;

  static ErrorAnswer of(Codec.Answer answer, Redaction redaction, Time time, int attempts) {
    return new ErrorAnswer(
        answer.status(),
        redaction.headers(answer.headers()),
        redaction.text(answer.text()),
        RetryAfter.of(answer.headers(), time.now()).orElse(null),
        attempts);
  }

  Optional<Duration> retryAfter() {
    return Optional.ofNullable(delay);
  }

  boolean isRetryable() {
    String asked = headers.first("x-should-retry").orElse("");
    return switch (asked) {
      case "true" -> true;
      case "false" -> false;
      default -> status == 408 || status == 409 || status == 429 || status >= 500;
    };
  }

  /**
   * Returns the error's text: FastAPI's {@code detail}, else {@code message}, else {@code error}.
   */
  Optional<String> detail() {
    Optional<Map<String, @Nullable Object>> json = JsonCodec.tryReadMap(body);
    return json.map(ErrorAnswer::detail);
  }

  private static @Nullable String detail(Map<String, @Nullable Object> json) {
    for (String name : List.of("detail", "message", "error")) {
      Object value = json.get(name);
      if (value instanceof List<?> problems) {
        List<String> texts = new ArrayList<>();
        problems.forEach(problem -> texts.add(problem(problem)));
        return String.join("; ", texts);
      }
      if (value != null) {
        return value.toString();
      }
    }
    return null;
  }

  /** One entry of a schema violation: where and what. */
  private static String problem(@Nullable Object problem) {
    if (problem instanceof Map<?, ?> map && map.get("msg") != null) {
      Object where = map.get("loc");
      return where == null ? String.valueOf(map.get("msg")) : where + ": " + map.get("msg");
    }
    return String.valueOf(problem);
  }

  /** Returns the text to show in a message. */
  String shown() {
    String text = detail().orElse(body.strip());
    return text.length() <= SHOWN ? text : text.substring(0, SHOWN) + "…";
  }
}
