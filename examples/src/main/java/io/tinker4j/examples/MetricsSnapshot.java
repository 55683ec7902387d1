package io.tinker4j.examples;

import io.tinker4j.training.ServiceClient;
import io.tinker4j.transport.TinkerListener;
import io.tinker4j.types.ModelInput;
import io.tinker4j.types.SamplingParams;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.LongAdder;

/** Counts calls and measures their latency with a listener, for any metrics library. */
public final class MetricsSnapshot implements TinkerListener {
  private final Map<String, LongAdder> calls = new ConcurrentHashMap<>();
  private final ConcurrentLinkedQueue<Duration> latencies = new ConcurrentLinkedQueue<>();

  @Override
  public void callSucceeded(TracedCall call, Duration took) {
    count(call.operation() + ".success");
    latencies.add(took);
  }

  @Override
  public void callFailed(TracedCall call, Duration took, Throwable failure) {
    count(call.operation() + ".failure");
  }

  private void count(String name) {
    calls.computeIfAbsent(name, key -> new LongAdder()).increment();
  }

  long count(String operation, String outcome) {
    LongAdder counter = calls.get(operation + "." + outcome);
    return counter == null ? 0 : counter.sum();
  }

  /** Returns the latency that this share of the calls stays below. */
  Duration percentile(double share) {
    Duration[] sorted = latencies.stream().sorted().toArray(Duration[]::new);
    return sorted[(int) Math.ceil(share * sorted.length) - 1];
  }

  /** Uses the server and the key that TINKER_BASE_URL and TINKER_API_KEY name. */
  public static void main(String[] args) {
    MetricsSnapshot metrics = run(ServiceClient.builder(), 5);
    System.out.println(metrics.calls);
    for (double share : new double[] {0.5, 0.95, 0.99}) {
      System.out.println("p" + Math.round(100 * share) + " " + metrics.percentile(share));
    }
  }

  static MetricsSnapshot run(ServiceClient.Builder builder, int samples) {
    MetricsSnapshot metrics = new MetricsSnapshot();
    try (ServiceClient service = builder.listener(metrics).build()) {
      String model =
          service.getServerCapabilities().supportedModels().get(0).modelName().orElseThrow();
      var sampler = service.createSamplingClient(model);
      SamplingParams params = SamplingParams.builder().maxTokens(4).build();
      for (int i = 0; i < samples; i++) {
        sampler.sample(ModelInput.ofInts('a', 'b'), 1, params).join();
      }
    }
    return metrics;
  }
}
