package io.tinker4j.testkit.observe;

import io.tinker4j.transport.Headers;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * One request as the embedded server received it. Does not change but for the answer, which comes
 * later; safe for use by many threads. {@code toString} shows neither credentials nor the body.
 */
public interface RecordedRequest {
  /** Returns the HTTP method. */
  String method();

  /** Returns the path with the query, from the first slash on. */
  String path();

  /** Returns the path below {@code /api/v1/} without the query, such as {@code optim_step}. */
  String operation();

  /** Returns the headers, among them credentials. */
  Headers headers();

  /** Returns the body, decompressed, read-only. */
  ByteBuffer body();

  /** Returns the body as UTF-8 text. */
  String text();

  /**
   * Returns the body as a JSON object of maps, lists, texts, numbers and booleans.
   *
   * @throws io.tinker4j.transport.DecodeException when it is none
   */
  Map<String, @Nullable Object> json();

  /** Returns when the whole request was there, by the server's clock. */
  Instant time();

  /**
   * Returns the status it was answered with; empty as long as it is not, and when a fault ate it.
   */
  OptionalInt status();

  /** Returns how long the server took to answer or to drop it; zero as long as it has not. */
  Duration elapsed();
}
