package io.tinker4j.examples;

import io.tinker4j.testkit.EmbeddedTinkerServer;
import io.tinker4j.testkit.fault.Fault;
import io.tinker4j.testkit.fault.FaultScript;
import io.tinker4j.testkit.fault.RequestMatcher;
import io.tinker4j.training.SamplingClient;
import io.tinker4j.training.ServiceClient;
import io.tinker4j.types.ModelInput;
import io.tinker4j.types.SampleResponse;
import io.tinker4j.types.SamplingParams;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;

/** Samples while the server refuses some as too many: all pause, and none is lost. */
public final class QueueReasonsAndThrottling {
  private QueueReasonsAndThrottling() {}

  /** How many samples were finished, and how often the server refused one. */
  record Outcome(int finished, long overloads) {}

  /** Runs on an embedded server, without a network. */
  public static void main(String[] args) {
    try (EmbeddedTinkerServer server = EmbeddedTinkerServer.start()) {
      System.out.println(run(server));
    }
  }

  static Outcome run(EmbeddedTinkerServer server) {
    try (ServiceClient service =
        ServiceClient.builder()
            .baseUrl(server.baseUrl().toString())
            .apiKey("tml-example")
            .transport(server.transport())
            .build()) {
      SamplingClient sampler = service.createSamplingClient("tinker4j/nano-bytes");
      server.setFaults(
          FaultScript.of(Fault.on(RequestMatcher.operation("asample")).times(2).answer(429)));
      SamplingParams params = SamplingParams.builder().maxTokens(2).build();
      List<CompletableFuture<SampleResponse>> samples =
          Stream.generate(() -> sampler.sample(ModelInput.ofInts('a'), 1, params))
              .limit(20)
              .toList();
      int finished = samples.stream().mapToInt(each -> each.join().sequences().size()).sum();
      return new Outcome(finished, service.samplingOverloads());
    }
  }
}
