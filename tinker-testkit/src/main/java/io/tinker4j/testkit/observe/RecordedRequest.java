package io.tinker4j.testkit.observe;

import io.tinker4j.transport.Headers;
import io.tinker4j.transport.operation.JsonCodec;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * One request as the embedded server received it. Immutable, but for the answer, which comes later;
 * safe for use by many threads. {@link #toString()} shows neither credentials nor the body.
 */
public final class RecordedRequest {
  private static final String API = "/api/v1/";

  private final String method;
  private final String path;
  private final Headers headers;
  private final byte[] body;
  private final Instant time;
  private volatile @Nullable Ending ending;

  public RecordedRequest(String method, String path, Headers headers, byte[] body, Instant time) {
    this.method = method;
    this.path = path;
    this.headers = headers;
    this.body = body;
    this.time = time;
  }

  private record Ending(int status, Duration after) {}

  void answered(int status, Instant now) {
    ending = new Ending(status, Duration.between(time, now));
  }

  public int size() {
    return body.length;
  }

  /** Returns the HTTP method. */
  public String method() {
    return method;
  }

  /** Returns the path with the query, from the first slash on. */
  public String path() {
    return path;
  }

  /** Returns the path below {@code /api/v1/} without the query, such as {@code optim_step}. */
  public String operation() {
    int end = path.indexOf('?');
    String plain = end < 0 ? path : path.substring(0, end);
    return plain.startsWith(API) ? plain.substring(API.length()) : plain;
  }

  /** Returns the headers, among them credentials. */
  public Headers headers() {
    return headers;
  }

  /** Returns the body, decompressed, read-only. */
  public ByteBuffer body() {
    return ByteBuffer.wrap(body).asReadOnlyBuffer();
  }

  /** Returns the body as UTF-8 text. */
  public String text() {
    return new String(body, StandardCharsets.UTF_8);
  }

  /**
   * Returns the body as a JSON object of maps, lists, texts, numbers and booleans.
   *
   * @throws io.tinker4j.transport.DecodeException when it is none
   */
  public Map<String, @Nullable Object> json() {
    return JsonCodec.readMap(body);
  }

  /** Returns when the whole request was there, by the server's clock. */
  public Instant time() {
    return time;
  }

  /**
   * Returns the status it was answered with; empty as long as it is not, and when a fault ate it.
   */
  public OptionalInt status() {
    Ending now = ending;
    return now == null || now.status() == 0 ? OptionalInt.empty() : OptionalInt.of(now.status());
  }

  /** Returns how long the server took to answer or to drop it; zero as long as it has not. */
  public Duration elapsed() {
    Ending now = ending;
    return now == null ? Duration.ZERO : now.after();
  }

  @Override
  public String toString() {
    OptionalInt status = status();
    return "%s %s %s (%d bytes) at %s: %s"
        .formatted(
            method,
            path,
            headers,
            body.length,
            time,
            status.isPresent() ? status.getAsInt() : "no answer");
  }
}
