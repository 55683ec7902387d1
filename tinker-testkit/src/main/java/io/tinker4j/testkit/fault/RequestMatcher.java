package io.tinker4j.testkit.fault;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Says which requests a fault concerns. Immutable. */
public final class RequestMatcher {
  private static final RequestMatcher ANY = new RequestMatcher("**", null, null, null);

  private final String operation;
  private final @Nullable String header;
  private final @Nullable String headerValue;
  private final @Nullable String text;

  private RequestMatcher(
      String operation,
      @Nullable String header,
      @Nullable String headerValue,
      @Nullable String text) {
    this.operation = operation;
    this.header = header;
    this.headerValue = headerValue;
    this.text = text;
  }

  /** Matches every request. */
  public static RequestMatcher any() {
    return ANY;
  }

  /**
   * Matches the requests of one operation.
   *
   * @param path the path below {@code /api/v1/}, such as {@code optim_step} or {@code
   *     training_runs/*}; {@code *} stands for one segment, {@code **} for any number of them
   */
  public static RequestMatcher operation(String path) {
    if (path.isBlank() || path.startsWith("/")) {
      throw new IllegalArgumentException(
          "operation is '" + path + "'; it must be a path below /api/v1/, such as optim_step");
    }
    return new RequestMatcher(path, null, null, null);
  }

  /** Matches only requests that also have this header with this value. */
  public RequestMatcher withHeader(String name, String value) {
    return new RequestMatcher(
        operation, name.toLowerCase(Locale.ROOT), Objects.requireNonNull(value, "value"), text);
  }

  /** Matches only requests whose body also contains this text; binary bodies count as Latin-1. */
  public RequestMatcher withBodyContaining(String text) {
    return new RequestMatcher(operation, header, headerValue, Objects.requireNonNull(text, "text"));
  }

  String operation() {
    return operation;
  }

  @Nullable String header() {
    return header;
  }

  @Nullable String headerValue() {
    return headerValue;
  }

  @Nullable String text() {
    return text;
  }

  boolean matches(FaultTarget target) {
    return matches(operation.split("/", -1), 0, target.operation().split("/", -1), 0)
        && (header == null || Objects.equals(target.headers().get(header), headerValue))
        && (text == null
            || new String(target.body(), StandardCharsets.ISO_8859_1).contains(latin1(text)));
  }

  /** The text as its UTF-8 bytes look in Latin-1. */
  private static String latin1(String text) {
    return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
  }

  private static boolean matches(String[] pattern, int i, String[] path, int j) {
    if (i == pattern.length) {
      return j == path.length;
    }
    if (pattern[i].equals("**")) {
      return matches(pattern, i + 1, path, j)
          || (j < path.length && matches(pattern, i, path, j + 1));
    }
    return j < path.length
        && (pattern[i].equals("*") || pattern[i].equals(path[j]))
        && matches(pattern, i + 1, path, j + 1);
  }

  @Override
  public String toString() {
    return operation
        + (header == null ? "" : " with header " + header)
        + (text == null ? "" : " with '" + text + "' in its body");
  }
}
