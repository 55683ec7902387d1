package io.tinker4j.training.telemetry;

import io.tinker4j.transport.ApiStatusException;
import io.tinker4j.transport.Backoff;
import io.tinker4j.transport.CallInterruptedException;
import io.tinker4j.transport.CredentialSource;
import io.tinker4j.transport.TinkerException;
import io.tinker4j.transport.client.ApiClient;
import io.tinker4j.transport.client.CallOptions;
import io.tinker4j.transport.endpoint.Operations;
import io.tinker4j.transport.internal.TinkerThreads;
import io.tinker4j.types.wire.TelemetryResponse;
import io.tinker4j.types.wire.TelemetrySendRequest;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.UUID;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Sends what is in the queue: at least every ten seconds, in batches of at most 100. A batch that
 * the server has not accepted is sent again, as it was, after 1, 2, 4 … 60 seconds, less up to a
 * quarter, or what {@code Retry-After} says. Only a batch that the server cannot read is given up:
 * its events are tried one by one first.
 */
public final class TelemetrySender {
  private static final System.Logger log = System.getLogger(TelemetrySender.class.getName());
  private static final String PROCESS = UUID.randomUUID().toString();
  private static final Duration PERIOD = Duration.ofSeconds(10);
  private static final Duration TIMEOUT = Duration.ofSeconds(5);
  private static final Backoff BACKOFF =
      new Backoff(Duration.ofSeconds(1), Duration.ofSeconds(60), 0.25);

  /** Statuses that say that the same bytes will not do next time, either. */
  private static final Set<Integer> UNREADABLE = Set.of(400, 413, 422);

  private static final CallOptions ONCE =
      CallOptions.builder().timeout(TIMEOUT).deadline(TIMEOUT).maxRetries(0).build();

  private final ApiClient api;
  private final TelemetryQueue queue;
  private final RandomGenerator random;
  private final String platform = platform(System.getProperty("os.name", "unknown"));
  private int batch = TelemetryQueue.BATCH;
  private int failures;
  private volatile boolean hopeless;

  TelemetrySender(ApiClient api, TelemetryQueue queue, RandomGenerator random) {
    this.api = api;
    this.queue = queue;
    this.random = random;
  }

  /** Returns the operating system as the reference client calls it. */
  public static String platform(String osName) {
    String lower = osName.toLowerCase(Locale.ROOT);
    if (lower.startsWith("mac")) {
      return "Darwin";
    }
    return lower.startsWith("windows") ? "Windows" : osName;
  }

  /** Sends until the queue is closed and empty, or the threads are closed. */
  void run(TinkerThreads threads) {
    threads.repeat(
        "telemetry",
        () -> {
          boolean isOpen = queue.awaitEvent();
          if (isOpen) {
            queue.awaitBatch(PERIOD);
            sendAll();
          }
          return isOpen;
        });
    log.log(System.Logger.Level.DEBUG, "events are no longer reported");
  }

  /** Returns whether the server has said that trying again is of no use. */
  boolean isHopeless() {
    return hopeless;
  }

  private void sendAll() throws InterruptedException {
    for (List<TelemetryQueue.Entry> next = queue.take(batch);
        !next.isEmpty();
        next = queue.take(batch)) {
      send(next);
    }
  }

  private void send(List<TelemetryQueue.Entry> entries) throws InterruptedException {
    switch (failureOf(entries)) {
      case null -> {
        queue.accepted();
        failures = 0;
        hopeless = false;
        batch = Math.min(TelemetryQueue.BATCH, 2 * batch);
      }
      case CallInterruptedException e -> {
        queue.rejected();
        boolean unused = Thread.interrupted();
        throw new InterruptedException(e.getMessage());
      }
      case ApiStatusException e when UNREADABLE.contains(e.status()) -> divide(entries.size(), e);
      case ApiStatusException e -> {
        hopeless = !e.isRetryable();
        retry(e);
      }
      case CredentialSource.UnavailableException e -> {
        hopeless = true;
        retry(e);
      }
      case Throwable e -> retry(e);
    }
  }

  /** Whatever goes wrong with one batch, the loop goes on. */
  private @Nullable Throwable failureOf(List<TelemetryQueue.Entry> entries) {
    try {
      TelemetrySendRequest request =
          TelemetrySendRequest.builder()
              .events(entries.stream().map(TelemetryQueue.Entry::event).toList())
              .platform(platform)
              .sdkVersion(api.sdkVersion())
              .sessionId(entries.get(0).sessionId())
              .processUuid(PROCESS)
              .build();
      TelemetryResponse unused = api.call(Operations.TELEMETRY, request, ONCE);
      return null;
    } catch (RuntimeException | Error e) {
      return e;
    }
  }

  /** One event that a server does not like must not keep the others back for ever. */
  private void divide(int size, ApiStatusException cause) {
    if (size > 1) {
      batch = size / 2;
      queue.rejected();
      return;
    }
    queue.refused();
    log.log(
        System.Logger.Level.WARNING,
        () -> "the server cannot read an event, which is lost: " + cause.getMessage());
  }

  /** While the client closes, there may be no time for a second try but soon. */
  private void retry(Throwable cause) throws InterruptedException {
    queue.rejected();
    Duration backoff = BACKOFF.minusJitter(queue.isClosed() ? 0 : failures, random.nextDouble());
    Duration delay =
        cause instanceof TinkerException ours ? ours.retryAfter().orElse(backoff) : backoff;
    failures++;
    log.log(
        System.Logger.Level.DEBUG,
        () -> "events are reported later: delay=%s cause=%s".formatted(delay, api.summary(cause)));
    queue.awaitRetry(delay);
  }
}
