package io.tinker4j.transport;

import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.UUID;

/**
 * One call: its attempts, one after the other.
 *
 * <p>Tried again: lost connections, time-outs, and statuses that allow it. The delay before the
 * k-th retry, from 0, is what the server asks for, else 0.5 s · 2^k up to 10 s, less up to a
 * quarter. A retry that could not start before the deadline is not waited for.
 */
final class Call<I, O> {
  static final int MAX_REJECTIONS = 16;

  private static final System.Logger log = System.getLogger(Call.class.getName());
  private static final Duration FIRST_DELAY = Duration.ofMillis(500);
  private static final Duration LAST_DELAY = Duration.ofSeconds(10);
  private static final int MAX_BODY = 1 << 29;

  private final ApiClient client;
  private final Operation<I, O> operation;
  private final URI uri;
  private final byte[] body;
  private final Headers headers;
  private final Duration timeout;
  private final Duration deadline;
  private final int retries;
  private final long start;
  private int attempts;

  Call(ApiClient client, Operation<I, O> operation, I input, CallOptions options) {
    this.client = client;
    this.operation = operation;
    this.uri = Url.of(client.baseUrl, operation.path(), operation.parametersOf(input));
    this.timeout = options.timeout().orElse(operation.timeout());
    this.deadline = options.deadline().orElse(client.deadline);
    this.retries = options.maxRetries().orElse(operation.retries());
    Headers.Builder fixed =
        client.headers.toBuilder()
            .set("Accept", operation.codec().accept())
            .set("x-stainless-read-timeout", Long.toString(Math.max(1, timeout.toSeconds())))
            .setAll(options.headers());
    if (operation.method().equals("GET")) {
      this.body = new byte[0];
    } else {
      Codec.Body encoded = operation.codec().encode(input);
      this.body = encoded.bytes();
      fixed
          .set("Content-Type", encoded.contentType())
          .set("X-Idempotency-Key", "tinker4j-retry-" + UUID.randomUUID());
      encoded.contentEncoding().ifPresent(encoding -> fixed.set("Content-Encoding", encoding));
    }
    this.headers = fixed.build();
    this.start = client.time.nanoTime();
  }

  O run() {
    try {
      while (true) {
        try {
          return operation.codec().decode(attempt());
        } catch (ApiStatusException | ConnectionException e) {
          retryOrThrow(e);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CallInterruptedException(what() + " was interrupted", e);
    }
  }

  private void retryOrThrow(TinkerException failure) throws InterruptedException {
    int retry = attempts - 1;
    Duration delay = failure.retryAfter().orElseGet(() -> backoff(retry));
    boolean hopeless = delay.compareTo(left()) >= 0;
    if (!failure.isRetryable() || retry >= retries || hopeless) {
      throw failure;
    }
    log.log(
        System.Logger.Level.DEBUG,
        () -> "trying again: call=%s retry=%d delay=%s".formatted(operation.name(), retry, delay));
    client.time.sleep(delay);
  }

  private Duration backoff(int retry) {
    long doubled = retry >= 5 ? LAST_DELAY.toMillis() : FIRST_DELAY.toMillis() << retry;
    double millis = Math.min(doubled, LAST_DELAY.toMillis()) * (1 - 0.25 * random());
    return Duration.ofNanos((long) (millis * 1e6));
  }

  private double random() {
    return client.random.nextDouble();
  }

  private Duration left() {
    return deadline.minusNanos(client.time.nanoTime() - start);
  }

  private Codec.Answer attempt() throws InterruptedException {
    TransportRequest request =
        TransportRequest.of(
            operation.method(),
            uri,
            headers.toBuilder().set("x-stainless-retry-count", Integer.toString(attempts)).build(),
            ByteBuffer.wrap(body),
            operation.kind());
    attempts++;
    Duration limit = timeout.compareTo(left()) < 0 ? timeout : left();
    Deadline alarm = new Deadline(client.time, limit);
    Codec.Answer answer;
    try (alarm;
        TransportResponse response = client.transport.send(request)) {
      answer = Codec.Answer.of(response.status(), response.headers(), readFully(response.body()));
    } catch (IOException | InterruptedException e) {
      throw lost(e, alarm, limit);
    }
    return checked(answer);
  }

  private static byte[] readFully(InputStream stream) throws IOException {
    byte[] bytes = stream.readNBytes(MAX_BODY);
    if (bytes.length == MAX_BODY && stream.read() >= 0) {
      throw new IOException("the answer is larger than " + MAX_BODY + " bytes");
    }
    return bytes;
  }

  /** An I/O error may be an interrupt in disguise, and an interrupt may be the alarm's. */
  private ConnectionException lost(Exception e, Deadline alarm, Duration limit)
      throws InterruptedException {
    if (alarm.isExpired()) {
      return new CallTimeoutException(
          "%s got no complete answer within %s; %s".formatted(what(), limit, soFar()), e);
    }
    if (e instanceof InterruptedException interrupted) {
      throw interrupted;
    }
    if (Thread.interrupted()) {
      throw new InterruptedException("interrupted while talking to the server");
    }
    if (e instanceof ConnectException) {
      return new ConnectionException(
          "%s could not connect to %s:%d; is the server running there? %s"
              .formatted(what(), uri.getHost(), port(), soFar()),
          e);
    }
    return new ConnectionException(
        "%s lost the connection (%s); %s".formatted(what(), e, soFar()), e);
  }

  private int port() {
    return uri.getPort() >= 0 ? uri.getPort() : "https".equals(uri.getScheme()) ? 443 : 80;
  }

  private Codec.Answer checked(Codec.Answer answer) {
    if (operation.codec().accepts(answer)) {
      client.rejections.updateAndGet(left -> Math.min(MAX_REJECTIONS, left + 1));
      return answer;
    }
    if (isRejection(answer) && client.rejections.getAndUpdate(Call::oneLess) > 0) {
      throw new ConnectionException(
          "%s was rejected by a proxy (400 without a body); %s".formatted(what(), soFar()));
    }
    ErrorAnswer error = ErrorAnswer.of(answer, client.time);
    throw ApiStatusException.of(
        "%s: %d %s; %s%s"
            .formatted(what(), error.status(), error.shown(), soFar(), advice(error.status())),
        error);
  }

  private static int oneLess(int left) {
    return Math.max(0, left - 1);
  }

  private static boolean isRejection(Codec.Answer answer) {
    return answer.status() == 400
        && answer.headers().first("content-length").orElse("0").equals("0");
  }

  private static String advice(int status) {
    return switch (status) {
      case 401 -> ". Check the API key (TINKER_API_KEY).";
      case 402 -> ". The account is blocked for billing.";
      default -> "";
    };
  }

  private String what() {
    return "%s (%s %s)".formatted(operation.name(), operation.method(), Url.withoutQuery(uri));
  }

  private String soFar() {
    Duration elapsed = Duration.ofNanos(client.time.nanoTime() - start);
    return "%d %s in %.1f s"
        .formatted(attempts, attempts == 1 ? "attempt" : "attempts", elapsed.toMillis() / 1e3);
  }
}
