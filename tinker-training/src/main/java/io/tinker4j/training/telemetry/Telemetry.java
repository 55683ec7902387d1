package io.tinker4j.training.telemetry;

import io.tinker4j.transport.ApiStatusException;
import io.tinker4j.transport.CallInterruptedException;
import io.tinker4j.transport.Redaction;
import io.tinker4j.transport.Time;
import io.tinker4j.transport.TinkerException;
import io.tinker4j.transport.TinkerListener;
import io.tinker4j.transport.client.ApiClient;
import io.tinker4j.transport.internal.TinkerThreads;
import io.tinker4j.transport.operation.JsonCodec;
import io.tinker4j.types.wire.GenericEvent;
import io.tinker4j.types.wire.SessionEndEvent;
import io.tinker4j.types.wire.SessionStartEvent;
import io.tinker4j.types.wire.TelemetryEvent;
import io.tinker4j.types.wire.TelemetrySeverity;
import io.tinker4j.types.wire.UnhandledExceptionEvent;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.WeakHashMap;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * What one service client reports to the service: that a session begins and ends, and what fails in
 * between. Reporting never waits for the server; see {@link TelemetryQueue} for the bounds and
 * {@link TelemetrySender} for when events go. No event carries a credential, a body that was sent,
 * a token id or the text of somebody else's exception ({@link FailureReport}). Thread-safe.
 */
public final class Telemetry {
  private static final System.Logger log = System.getLogger(Telemetry.class.getName());

  /** About how many characters an event has beside its own text. */
  private static final int FRAME = 200;

  private final Time time;
  private final TelemetryQueue queue;
  private final ReentrantLock lock = new ReentrantLock(); // guards: the fields below
  private final Set<Throwable> reported = Collections.newSetFromMap(new WeakHashMap<>());
  private @Nullable Source session;
  private @Nullable Source sessionless;
  private @Nullable Sending sending;

  public Telemetry(Time time) {
    this.time = time;
    this.queue = new TelemetryQueue(time);
  }

  /** Whose events are counted together. */
  private static final class Source {
    final String id;
    final Instant start;
    long next;

    Source(String id, Instant start) {
      this.id = id;
      this.start = start;
    }
  }

  /** What sends, and where its thread comes from. */
  private static final class Sending {
    final TelemetrySender sender;
    final TinkerThreads threads;
    boolean isRunning;

    Sending(TelemetrySender sender, TinkerThreads threads) {
      this.sender = sender;
      this.threads = threads;
    }
  }

  /** Switches reporting on; before, and without it, nothing is reported. */
  public void start(ApiClient api, TinkerThreads threads, RandomGenerator random) {
    lock.lock();
    try {
      sending = new Sending(new TelemetrySender(api, queue, random), threads);
    } finally {
      lock.unlock();
    }
  }

  public boolean isOn() {
    lock.lock();
    try {
      return sending != null;
    } finally {
      lock.unlock();
    }
  }

  public TelemetryQueue.Counts counts() {
    return queue.counts();
  }

  /** Returns a listener that reports what calls fail with, and tells the other one. */
  public TinkerListener calls(TinkerListener next) {
    return new TelemetryListener(this, next);
  }

  /** Reports that a session has begun; nothing when it is the one that is open. */
  public void sessionStarted(String id) {
    lock.lock();
    try {
      if (session != null && session.id.equals(id)) {
        return;
      }
      session = new Source(id, now());
      add(
          session,
          stamp ->
              SessionStartEvent.builder()
                  .eventId(stamp.id())
                  .eventSessionIndex(stamp.index())
                  .severity(TelemetrySeverity.INFO)
                  .timestamp(stamp.now())
                  .build(),
          0);
    } finally {
      lock.unlock();
    }
  }

  /** Reports that the session has ended, and sends what is there; nothing when none is open. */
  public void sessionEnded() {
    lock.lock();
    try {
      Source ended = session;
      if (ended == null) {
        return;
      }
      session = null;
      add(
          ended,
          stamp ->
              SessionEndEvent.builder()
                  .duration(inWords(Duration.between(ended.start, stamp.now())))
                  .eventId(stamp.id())
                  .eventSessionIndex(stamp.index())
                  .severity(TelemetrySeverity.INFO)
                  .timestamp(stamp.now())
                  .build(),
          0);
    } finally {
      lock.unlock();
    }
    queue.flush();
  }

  /** Writes a duration as the protocol does: {@code 1 day, 2:03:04.000005}. */
  public static String inWords(Duration duration) {
    long days = duration.toDays();
    int micros = duration.toNanosPart() / 1_000;
    return (days == 0 ? "" : days + (days == 1 ? " day, " : " days, "))
        + "%d:%02d:%02d"
            .formatted(duration.toHoursPart(), duration.toMinutesPart(), duration.toSecondsPart())
        + (micros == 0 ? "" : ".%06d".formatted(micros));
  }

  /**
   * Reports that an operation has failed; each failure once, and none that only says that somebody
   * has stopped it.
   */
  public void failed(Throwable failure) {
    Throwable cause =
        failure instanceof CompletionException && failure.getCause() != null
            ? failure.getCause()
            : failure;
    if (isStop(cause) || !isNew(cause)) {
      return;
    }
    Throwable fault = userError(cause);
    if (fault == null) {
      unhandled(cause);
    } else {
      generic("user_error", TelemetrySeverity.WARNING, details(fault));
    }
    queue.flush();
  }

  static boolean isStop(Throwable failure) {
    return failure instanceof CancellationException
        || failure instanceof InterruptedException
        || failure instanceof CallInterruptedException;
  }

  private boolean isNew(Throwable failure) {
    lock.lock();
    try {
      return sending != null && reported.add(failure);
    } finally {
      lock.unlock();
    }
  }

  private static @Nullable Throwable userError(Throwable failure) {
    for (Throwable each = failure; each != null; each = each.getCause()) {
      if (each instanceof TinkerException ours && ours.isUserError()) {
        return each;
      }
    }
    return null;
  }

  private static Map<String, @Nullable Object> details(Throwable fault) {
    Map<String, @Nullable Object> details = new LinkedHashMap<>();
    FailureReport report = FailureReport.of(fault);
    details.put("error_type", report.type());
    String message = report.message();
    if (!message.isEmpty()) {
      details.put("message", message);
    }
    if (fault instanceof ApiStatusException refused) {
      details.put("status_code", refused.status());
      body(refused, details);
    } else {
      details.put("status_code", null);
    }
    return details;
  }

  /** Whether the body still is JSON when it is redacted and cut decides its shape. */
  private static void body(ApiStatusException refused, Map<String, @Nullable Object> details) {
    String body = Redaction.report(refused.body());
    if (!body.isEmpty()) {
      details.put("body", JsonCodec.tryReadMap(body).<Object>map(json -> json).orElse(body));
    }
  }

  private void unhandled(Throwable failure) {
    FailureReport report = FailureReport.of(failure);
    String message = report.message();
    String trace = report.trace();
    report(
        stamp ->
            UnhandledExceptionEvent.builder()
                .errorMessage(message)
                .errorType(report.type())
                .eventId(stamp.id())
                .eventSessionIndex(stamp.index())
                .severity(TelemetrySeverity.ERROR)
                .timestamp(stamp.now())
                .traceback(trace)
                .build(),
        message.length() + trace.length());
  }

  /**
   * Reports something else.
   *
   * @param data whose texts must be {@linkplain Redaction redacted} already
   */
  public void generic(String name, TelemetrySeverity severity, Map<String, @Nullable Object> data) {
    report(
        stamp ->
            GenericEvent.builder()
                .eventId(stamp.id())
                .eventName(name)
                .eventSessionIndex(stamp.index())
                .severity(severity)
                .timestamp(stamp.now())
                .eventData(data)
                .build(),
        data.toString().length());
  }

  /** The protocol has microseconds. */
  private Instant now() {
    return time.now().truncatedTo(ChronoUnit.MICROS);
  }

  /** An event's place, id and time. */
  private record Stamp(long index, String id, Instant now) {}

  private void report(Function<Stamp, TelemetryEvent> event, int characters) {
    lock.lock();
    try {
      if (session == null && sessionless == null) {
        sessionless = new Source("sessionless-" + UUID.randomUUID(), now());
      }
      Source source = session == null ? sessionless : session;
      if (source != null) {
        add(source, event, characters);
      }
    } finally {
      lock.unlock();
    }
  }

  /** Within the lock, so that the events are in the queue in the order of their places. */
  private void add(Source source, Function<Stamp, TelemetryEvent> event, int characters) {
    Sending sending = this.sending;
    if (sending == null) {
      return;
    }
    Stamp stamp = new Stamp(source.next++, UUID.randomUUID().toString(), now());
    boolean isOverflow =
        queue.add(new TelemetryQueue.Entry(source.id, event.apply(stamp), FRAME + characters));
    if (isOverflow) {
      log.log(
          System.Logger.Level.WARNING,
          "more events are to be reported than the server takes; the oldest are lost");
    }
    if (!sending.isRunning) {
      Thread unused = sending.threads.start("telemetry", () -> sending.sender.run(sending.threads));
      sending.isRunning = true;
    }
  }

  /**
   * Takes no more events and sends what is there, for at most that long; what is not sent by then
   * is lost and logged. Gives up at once when the server does not take events at all.
   */
  public void close(Duration longest) throws InterruptedException {
    Sending ended = end();
    queue.close();
    if (ended == null) {
      return;
    }
    try {
      queue.awaitEmpty(ended.sender::isHopeless, longest);
    } finally {
      int lost = queue.abandon();
      if (lost > 0) {
        log.log(System.Logger.Level.WARNING, () -> "events were not reported: count=" + lost);
      }
    }
  }

  private @Nullable Sending end() {
    lock.lock();
    try {
      Sending ended = sending;
      sending = null;
      return ended;
    } finally {
      lock.unlock();
    }
  }
}
