package io.tinker4j.mlflow;

import io.tinker4j.transport.Backoff;
import io.tinker4j.transport.CallKind;
import io.tinker4j.transport.DecodeException;
import io.tinker4j.transport.Headers;
import io.tinker4j.transport.Time;
import io.tinker4j.transport.Transport;
import io.tinker4j.transport.TransportRequest;
import io.tinker4j.transport.TransportResponse;
import io.tinker4j.transport.internal.TinkerThreads;
import io.tinker4j.transport.jdk.JdkTransport;
import io.tinker4j.transport.operation.JsonCodec;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Calls to MLflow about one of its runs, made in order on a thread of their own. Nothing here
 * delays who adds them: when too many wait, the oldest are given up, and counted.
 */
final class MlflowCalls {
  private static final System.Logger log = System.getLogger(MlflowCalls.class.getName());
  private static final int MOST_WAITING = 1_000;
  private static final int METRICS_AT_ONCE = 1_000;
  private static final int TRIES = 3;
  private static final Duration ONE_CALL = Duration.ofSeconds(30);
  private static final int LAST_CALLS_SECONDS = 5;
  private static final int SHOWN = 300;

  private final Server server;
  private final Time time;
  private final long begin;
  private final Transport transport = JdkTransport.create();
  private final TinkerThreads threads = TinkerThreads.create();
  private final BlockingQueue<Call> waiting = new LinkedBlockingQueue<>(MOST_WAITING);
  private final CountDownLatch ended = new CountDownLatch(1);
  private final AtomicLong lost = new AtomicLong();
  private volatile String firstFailure = "";
  private @Nullable String runId;

  private MlflowCalls(Server server, Time time) {
    this.server = server;
    this.time = time;
    this.begin = time.now().toEpochMilli();
  }

  /** Where MLflow is, and how it is asked. */
  record Server(URI uri, String experimentId, Headers headers, Backoff retries) {}

  /**
   * A call to be made.
   *
   * @param path empty for the last one, which ends the thread
   * @param metrics what a call has that can be made one with the next of its kind
   */
  private record Call(String path, Map<String, Object> fields, List<Map<String, Object>> metrics) {
    static final Call END = new Call("", Map.of(), List.of());

    boolean isEnd() {
      return path.isEmpty();
    }
  }

  /** MLflow did not take a call. */
  private static final class RefusedException extends Exception {
    private static final long serialVersionUID = 1;

    final boolean isFinal;

    RefusedException(String message, boolean isFinal) {
      super(message);
      this.isFinal = isFinal;
    }
  }

  static MlflowCalls begin(Server server, Time time) {
    MlflowCalls calls = new MlflowCalls(server, time);
    Thread unused = calls.threads.start("mlflow", calls::work);
    return calls;
  }

  void add(String path, Map<String, Object> fields) {
    add(new Call(path, fields, List.of()));
  }

  void addMetrics(List<Map<String, Object>> metrics) {
    add(new Call("runs/log-batch", Map.of(), metrics));
  }

  private void add(Call call) {
    while (!waiting.offer(call)) {
      if (waiting.poll() != null) {
        lose(1, "more than %d calls wait".formatted(MOST_WAITING));
      }
    }
  }

  /**
   * Lets what waits be sent, for at most five seconds, and ends.
   *
   * @throws IllegalStateException when calls were lost; tells how many
   */
  void end() {
    add(Call.END);
    try {
      if (!ended.await(LAST_CALLS_SECONDS, TimeUnit.SECONDS)) {
        lose(waiting.size(), "it did not answer for %d seconds".formatted(LAST_CALLS_SECONDS));
      }
    } catch (InterruptedException e) {
      lose(waiting.size(), "the run was interrupted");
      Thread.currentThread().interrupt();
    }
    threads.close(Duration.ZERO);
    transport.close();
    if (lost.get() > 0) {
      throw new IllegalStateException(
          "%d calls to MLflow at %s were lost, the first because %s"
              .formatted(lost.get(), server.uri(), firstFailure));
    }
  }

  private void lose(long count, String why) {
    if (count > 0 && lost.getAndAdd(count) == 0) {
      firstFailure = why;
      log.log(
          System.Logger.Level.WARNING,
          () ->
              "MLflow at %s misses what this run does, and more may follow without a word: %s"
                  .formatted(server.uri(), why));
    }
  }

  private void work() {
    try {
      threads.repeat("mlflow", () -> sendNext(waiting.take()));
    } finally {
      ended.countDown();
    }
  }

  /** A call that fails in any way is lost and counted; those behind it go on. */
  private boolean sendNext(Call call) throws InterruptedException {
    if (call.isEnd()) {
      return false;
    }
    try {
      send(call.metrics().isEmpty() ? call : withThoseBehind(call));
    } catch (RefusedException e) {
      lose(1, String.valueOf(e.getMessage()));
    } catch (RuntimeException | Error e) {
      lose(1, e.toString());
    }
    return true;
  }

  /** Metrics that wait go together. */
  private Call withThoseBehind(Call first) {
    List<Map<String, Object>> metrics = new ArrayList<>(first.metrics());
    Call next = waiting.peek();
    while (next != null
        && !next.metrics().isEmpty()
        && metrics.size() + next.metrics().size() <= METRICS_AT_ONCE
        && waiting.remove(next)) {
      metrics.addAll(next.metrics());
      next = waiting.peek();
    }
    return new Call(first.path(), Map.of("metrics", metrics), List.of());
  }

  private void send(Call call) throws RefusedException, InterruptedException {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("run_id", run());
    fields.putAll(call.fields());
    Object unused = post(call.path(), fields);
  }

  /** Asks for a run when there is none yet: MLflow may come up later than training. */
  private String run() throws RefusedException, InterruptedException {
    String known = runId;
    if (known == null) {
      Map<String, @Nullable Object> answer =
          post("runs/create", Map.of("experiment_id", server.experimentId(), "start_time", begin));
      if (answer.get("run") instanceof Map<?, ?> run
          && run.get("info") instanceof Map<?, ?> info
          && info.get("run_id") instanceof String id) {
        known = id;
        runId = id;
      } else {
        throw new RefusedException("runs/create was answered without run.info.run_id", true);
      }
    }
    return known;
  }

  private Map<String, @Nullable Object> post(String path, Map<String, Object> fields)
      throws RefusedException, InterruptedException {
    for (int tries = 0; ; tries++) {
      try {
        return postOnce(path, fields);
      } catch (RefusedException e) {
        if (e.isFinal || tries == TRIES - 1) {
          throw e;
        }
        time.sleep(server.retries().minusJitter(tries, 0));
      }
    }
  }

  private Map<String, @Nullable Object> postOnce(String path, Map<String, Object> fields)
      throws RefusedException, InterruptedException {
    String base = server.uri().toString().replaceAll("/+$", "");
    TransportRequest request =
        TransportRequest.of(
            "POST",
            URI.create(base + "/api/2.0/mlflow/" + path),
            server.headers().toBuilder().set("Content-Type", "application/json").build(),
            ByteBuffer.wrap(JsonCodec.write(fields)),
            CallKind.TELEMETRY);
    Thread caller = Thread.currentThread();
    AtomicBoolean late = new AtomicBoolean();
    Time.Scheduled limit =
        time.schedule(
            ONE_CALL,
            () -> {
              late.set(true);
              caller.interrupt();
            });
    try (TransportResponse response = transport.send(request)) {
      return content(path, response);
    } catch (IOException | InterruptedException e) {
      boolean interrupted = Thread.interrupted() || e instanceof InterruptedException;
      if (interrupted && !late.get()) {
        throw new InterruptedException("the calls were ended");
      }
      throw new RefusedException(
          "%s was not answered%s: %s".formatted(path, late.get() ? " for " + ONE_CALL : "", e),
          false);
    } finally {
      boolean unused = limit.cancel();
    }
  }

  private static Map<String, @Nullable Object> content(String path, TransportResponse response)
      throws IOException, RefusedException {
    byte[] body = response.body().readAllBytes();
    if (response.status() != 200) {
      String text = new String(body, StandardCharsets.UTF_8);
      throw new RefusedException(
          "%s was answered with %d: %s"
              .formatted(
                  path, response.status(), text.substring(0, Math.min(text.length(), SHOWN))),
          response.status() < 500 && response.status() != 429);
    }
    try {
      return JsonCodec.readMap(body);
    } catch (DecodeException e) {
      throw new RefusedException(path + " was answered with what is no JSON object", true);
    }
  }
}
