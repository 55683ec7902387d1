package io.tinker4j.training;

import io.tinker4j.types.ModelInput;
import io.tinker4j.types.SampleResponse;
import io.tinker4j.types.SamplingParams;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;

/** Has many samples outstanding at once; run in a JVM with little memory. */
final class SampleMemoryProgram {
  private static final int TOKENS = 100;

  private SampleMemoryProgram() {}

  public static void main(String[] arguments) {
    int count = Integer.parseInt(arguments[1]);
    SamplingParams params = SamplingParams.builder().maxTokens(8).build();
    try (ServiceClient service =
        ServiceClient.builder().apiKey("tml-test").baseUrl(arguments[0]).telemetry(false).build()) {
      SamplingClient sampler = service.createSamplingClient("base");
      List<CompletableFuture<SampleResponse>> samples = new ArrayList<>(count);
      for (int i = 0; i < count; i++) {
        int[] prompt = IntStream.range(i, i + TOKENS).toArray();
        samples.add(sampler.sample(ModelInput.ofInts(prompt), 1, params));
      }
      System.out.println("outstanding");
      CompletableFuture.allOf(samples.toArray(CompletableFuture[]::new)).join();
      System.out.println("all " + count);
    }
  }
}
