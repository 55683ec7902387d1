package io.tinker4j.training;

import io.tinker4j.transport.ApiClient;
import io.tinker4j.transport.CallOptions;
import io.tinker4j.transport.Time;
import io.tinker4j.transport.TinkerThreads;
import io.tinker4j.types.ClientConfigRequest;
import io.tinker4j.types.ClientConfigResponse;
import io.tinker4j.types.Datum;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.random.RandomGenerator;

/** What all clients of one service client share: connection, threads, limits and budgets. */
final class ClientScope {
  /**
   * How requests are submitted that a server may have half seen: they are tried for five minutes,
   * because giving one up ends the model's order of requests. A conflict is about the number or the
   * name and stays one.
   */
  static final CallOptions SUBMISSION = submission().finalStatus(409).build();

  static final ClientConfigRequest CONFIG_REQUEST =
      ClientConfigRequest.builder().sdkVersion(ApiClient.version()).build();

  private final ApiClient api;
  private final TinkerThreads threads;
  private final Time time;
  private final RandomGenerator random;
  private final ClientConfigResponse config;
  private final QueueStateListener queueStates;
  private final WaitOptions waits;
  private final PromiseAwaiter awaiter;
  private final Chunker<Datum> chunker;
  private final ByteBudget trainingBytes;
  private final PassFormats passFormats;
  private final SampleDispatcher samples;
  private final KnownFeatures features;
  private final PendingCalls pending;
  private final Telemetry telemetry;
  private final Map<String, SubmissionLane> lanes = new ConcurrentHashMap<>();

  ClientScope(
      ApiClient api,
      TinkerThreads threads,
      Time time,
      RandomGenerator random,
      ClientConfigResponse config,
      KnownFeatures features,
      QueueStateListener queueStates,
      WaitOptions waits,
      PendingCalls pending,
      Telemetry telemetry) {
    this.api = api;
    this.threads = threads;
    this.time = time;
    this.random = random;
    this.config = config;
    this.features = features;
    this.queueStates = queueStates;
    this.waits = waits;
    this.pending = pending;
    this.telemetry = telemetry;
    this.awaiter =
        new PromiseAwaiter(
            api,
            time,
            random,
            new ByteBudget(config.inflightResponseBytesSemaphoreSize()),
            telemetry);
    this.chunker =
        new Chunker<>(
            config.fwdbwdMaxChunkLen(), config.fwdbwdMaxChunkBytesCount(), ByteEstimate::of);
    this.passFormats = new PassFormats(config.protoCompressFwdbwd(), features);
    this.trainingBytes = new ByteBudget(config.fwdbwdDispatchBytesSemaphoreSize());
    this.samples =
        new SampleDispatcher(api, time, new ByteBudget(config.sampleDispatchBytesSemaphoreSize()));
  }

  static CallOptions.Builder submission() {
    return CallOptions.builder().maxRetries(40).deadline(Duration.ofMinutes(5)).waitsForCircuit();
  }

  ApiClient api() {
    return api;
  }

  TinkerThreads threads() {
    return threads;
  }

  Time time() {
    return time;
  }

  RandomGenerator random() {
    return random;
  }

  ClientConfigResponse config() {
    return config;
  }

  /** The waits of clients that set none of their own. */
  WaitOptions waits() {
    return waits;
  }

  /** Returns the options with what they leave open from those of the service client. */
  WaitOptions completed(WaitOptions own) {
    WaitOptions.Builder completed = WaitOptions.builder();
    own.deadline().or(waits::deadline).ifPresent(completed::deadline);
    own.progressTimeout().or(waits::progressTimeout).ifPresent(completed::progressTimeout);
    return completed.build();
  }

  PromiseAwaiter awaiter() {
    return awaiter;
  }

  Chunker<Datum> chunker() {
    return chunker;
  }

  ByteBudget trainingBytes() {
    return trainingBytes;
  }

  PassFormats passFormats() {
    return passFormats;
  }

  KnownFeatures features() {
    return features;
  }

  SampleDispatcher samples() {
    return samples;
  }

  /** Returns the order of a model that was just created. */
  SubmissionLane newLane(String modelId) {
    SubmissionLane lane = new SubmissionLane(modelId, 1);
    lanes.put(modelId, lane);
    return lane;
  }

  /**
   * Returns the order of a model that lives: that of its clients if they go on; else one that goes
   * on behind what is known of it.
   */
  SubmissionLane attachedLane(String modelId) {
    return Objects.requireNonNull(
        lanes.compute(
            modelId,
            (id, known) ->
                known == null
                    ? SubmissionLane.ofUnknown(id, features.isSkyrl() ? highNumber() : 1)
                    : known.usable()));
  }

  /**
   * A number that no client has come to: this server takes any, and answers a known one as before.
   */
  private long highNumber() {
    return random.nextLong(1 << 29, 1 << 30);
  }

  /** Forgets the order of a model that is not on the server any more. */
  void forgetLane(String modelId) {
    lanes.remove(modelId);
  }

  Activity activity(Activity.Kind kind, String subject) {
    return new Activity(time, queueStates, kind, subject);
  }

  /** What an operation does on a thread of the SDK. */
  @FunctionalInterface
  interface Work<T> {
    T run(PendingCall<T> call) throws Exception;
  }

  /**
   * Runs an operation on a thread of the SDK and completes its call's future; a failure is
   * reported.
   *
   * @throws IllegalStateException when the service client is closed
   */
  <T> CompletableFuture<T> launch(String role, PendingCall<T> call, Work<T> work) {
    pending.begin();
    try {
      threads.start(
          role,
          () -> {
            try {
              complete(call.future(), () -> work.run(call));
            } finally {
              pending.end();
            }
          });
    } catch (RuntimeException e) {
      pending.end();
      throw e;
    }
    CompletableFuture<T> unused =
        call.future()
            .ended()
            .whenComplete((value, failure) -> {
              if (failure != null) {
                telemetry.failed(failure);
              }
            });
    return call.future();
  }

  /** Runs the tasks side by side and returns, in their order, how they ended. */
  <T> List<CompletableFuture<T>> inParallel(List<Callable<T>> tasks) throws InterruptedException {
    List<CompletableFuture<T>> ended = new ArrayList<>();
    CompletableFuture<T> first = new CompletableFuture<>();
    ended.add(first);
    for (Callable<T> task : tasks.subList(1, tasks.size())) {
      ended.add(run("chunk", task));
    }
    complete(first, tasks.get(0));
    try {
      CompletableFuture.allOf(ended.toArray(CompletableFuture[]::new)).get();
    } catch (ExecutionException e) {
      // Each future tells how its task ended.
    }
    return ended;
  }

  /** Runs a task on a thread of the SDK. */
  <T> CompletableFuture<T> run(String role, Callable<T> task) {
    CompletableFuture<T> future = new CompletableFuture<>();
    threads.start(role, () -> complete(future, task));
    return future;
  }

  private static <T> void complete(CompletableFuture<T> future, Callable<T> task) {
    try {
      future.complete(task.call());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      future.completeExceptionally(e);
    } catch (Exception | Error e) {
      future.completeExceptionally(e);
    }
  }

  /** Waits for a future and throws its failure as it was thrown. */
  static <T> T join(CompletableFuture<T> future) throws Exception {
    try {
      return future.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof Exception cause) {
        throw cause;
      }
      throw e;
    }
  }
}
