package io.tinker4j.examples;

import io.tinker4j.training.SamplingClient;
import io.tinker4j.training.ServiceClient;
import io.tinker4j.training.TrainingClient;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Creates clients side by side: creation blocks, so each gets a virtual thread. */
public final class ConcurrentClients {
  private ConcurrentClients() {}

  /** What was created. */
  record Clients(List<SamplingClient> samplers, TrainingClient fresh, TrainingClient restored) {}

  /** Uses the server and the key that TINKER_BASE_URL and TINKER_API_KEY name. */
  public static void main(String[] args) throws ExecutionException, InterruptedException {
    try (ServiceClient service = ServiceClient.create()) {
      System.out.println(run(service));
    }
  }

  static Clients run(ServiceClient service) throws ExecutionException, InterruptedException {
    String model =
        service.getServerCapabilities().supportedModels().get(0).modelName().orElseThrow();
    String checkpoint =
        service.createLoraTrainingClient(model).saveState("concurrent").join().path();

    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<SamplingClient> first = threads.submit(() -> service.createSamplingClient(model));
      Future<SamplingClient> second = threads.submit(() -> service.createSamplingClient(model));
      Future<TrainingClient> fresh = threads.submit(() -> service.createLoraTrainingClient(model));
      Future<TrainingClient> restored =
          threads.submit(() -> service.createTrainingClientFromStateWithOptimizer(checkpoint));
      return new Clients(List.of(first.get(), second.get()), fresh.get(), restored.get());
    }
  }
}
