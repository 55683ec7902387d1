package io.tinker4j.training;

import io.tinker4j.transport.ApiClient;
import io.tinker4j.transport.Time;
import io.tinker4j.transport.TinkerThreads;
import io.tinker4j.types.ClientConfigResponse;
import io.tinker4j.types.Datum;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/** What all clients of one service client share: connection, threads, limits and budgets. */
final class ClientScope {
  private final ApiClient api;
  private final TinkerThreads threads;
  private final Time time;
  private final ClientConfigResponse config;
  private final PromiseAwaiter awaiter;
  private final Chunker<Datum> chunker;
  private final ByteBudget trainingBytes;
  private final PassFormats passFormats;
  private final SampleDispatcher samples;

  ClientScope(
      ApiClient api,
      TinkerThreads threads,
      Time time,
      ClientConfigResponse config,
      Duration progressTimeout) {
    this.api = api;
    this.threads = threads;
    this.time = time;
    this.config = config;
    this.awaiter =
        new PromiseAwaiter(
            api,
            time,
            new ByteBudget(config.inflightResponseBytesSemaphoreSize()),
            progressTimeout);
    this.chunker =
        new Chunker<>(
            config.fwdbwdMaxChunkLen(), config.fwdbwdMaxChunkBytesCount(), ByteEstimate::of);
    this.passFormats = new PassFormats(config.protoCompressFwdbwd());
    this.trainingBytes = new ByteBudget(config.fwdbwdDispatchBytesSemaphoreSize());
    this.samples =
        new SampleDispatcher(api, time, new ByteBudget(config.sampleDispatchBytesSemaphoreSize()));
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

  ClientConfigResponse config() {
    return config;
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

  SampleDispatcher samples() {
    return samples;
  }

  /** Runs the tasks side by side and returns their results in order, or the first failure. */
  <T> List<T> inParallel(List<Callable<T>> tasks) throws Exception {
    List<CompletableFuture<T>> others = new ArrayList<>();
    for (Callable<T> task : tasks.subList(1, tasks.size())) {
      others.add(run("chunk", task));
    }
    List<T> results = new ArrayList<>();
    results.add(tasks.get(0).call());
    for (CompletableFuture<T> other : others) {
      results.add(join(other));
    }
    return results;
  }

  /** Runs a task on a thread of the SDK. */
  <T> CompletableFuture<T> run(String role, Callable<T> task) {
    CompletableFuture<T> future = new CompletableFuture<>();
    threads.start(role, () -> complete(future, task));
    return future;
  }

  static <T> void complete(CompletableFuture<T> future, Callable<T> task) {
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
