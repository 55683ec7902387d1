package io.tinker4j.transport.client;

import io.tinker4j.transport.ErrorAnswer;
import io.tinker4j.transport.Redaction;
import io.tinker4j.transport.Time;
import io.tinker4j.transport.operation.Codec;
import io.tinker4j.transport.operation.JsonCodec;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads what an error response says; its texts are without secrets. */
final class ErrorReader {
  private ErrorReader() {}

  /** Reads a response that is an error, the answer to the last of that many attempts. */
  static ErrorAnswer read(Codec.Answer answer, Redaction redaction, Time time, int attempts) {
    String body = redaction.text(answer.text());
    return new ErrorAnswer(
        answer.status(),
        redaction.headers(answer.headers()),
        body,
        detail(body).map(redaction::text).orElse(null), // what was escaped in it is readable now
        RetryAfter.of(answer.headers(), time.now()).orElse(null),
        attempts);
  }

  /** Returns FastAPI's {@code detail}, else {@code message}, else {@code error}. */
  private static Optional<String> detail(String body) {
    return JsonCodec.tryReadMap(body).map(ErrorReader::detail);
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
}
