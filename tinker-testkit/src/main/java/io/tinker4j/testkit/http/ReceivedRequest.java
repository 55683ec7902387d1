package io.tinker4j.testkit.http;

import io.tinker4j.testkit.observe.RecordedRequest;
import io.tinker4j.transport.Headers;
import io.tinker4j.transport.operation.JsonCodec;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/** A request, and how it ended once it has. Safe for use by many threads. */
final class ReceivedRequest implements RecordedRequest {
  private static final String API = "/api/v1/";

  private final String method;
  private final String path;
  private final Headers headers;
  private final byte[] body;
  private final Instant time;
  private volatile @Nullable Ending ending;

  ReceivedRequest(String method, String path, Headers headers, byte[] body, Instant time) {
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

  int size() {
    return body.length;
  }

  @Override
  public String method() {
    return method;
  }

  @Override
  public String path() {
    return path;
  }

  @Override
  public String operation() {
    int end = path.indexOf('?');
    String plain = end < 0 ? path : path.substring(0, end);
    return plain.startsWith(API) ? plain.substring(API.length()) : plain;
  }

  @Override
  public Headers headers() {
    return headers;
  }

  @Override
  public ByteBuffer body() {
    return ByteBuffer.wrap(body).asReadOnlyBuffer();
  }

  @Override
  public String text() {
    return new String(body, StandardCharsets.UTF_8);
  }

  @Override
  public Map<String, @Nullable Object> json() {
    return JsonCodec.readMap(body);
  }

  @Override
  public Instant time() {
    return time;
  }

  @Override
  public OptionalInt status() {
    Ending now = ending;
    return now == null || now.status() == 0 ? OptionalInt.empty() : OptionalInt.of(now.status());
  }

  @Override
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
