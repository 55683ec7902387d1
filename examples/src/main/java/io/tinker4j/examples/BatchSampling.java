package io.tinker4j.examples;

import io.tinker4j.training.SampleOptions;
import io.tinker4j.training.SampleResult;
import io.tinker4j.training.SamplingClient;
import io.tinker4j.training.ServiceClient;
import io.tinker4j.types.ModelInput;
import io.tinker4j.types.SamplingParams;
import java.util.Iterator;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Samples many prompts, eight at a time, in constant memory. */
public final class BatchSampling {
  private BatchSampling() {}

  /** Uses the server and the key that TINKER_BASE_URL and TINKER_API_KEY name. */
  public static void main(String[] args) {
    try (ServiceClient service = ServiceClient.create()) {
      String model =
          service.getServerCapabilities().supportedModels().get(0).modelName().orElseThrow();
      run(service.createSamplingClient(model))
          .forEach((index, outcome) -> System.out.println(index + ": " + outcome));
    }
  }

  static Map<Long, String> run(SamplingClient sampler) {
    SamplingParams params = SamplingParams.builder().maxTokens(4).build();

    Iterator<ModelInput> prompts = // read only as far as samples are under way
        IntStream.range(0, 40).mapToObj(each -> ModelInput.ofInts('a' + each % 26)).iterator();
    Map<Long, String> outcomes = new TreeMap<>();
    try (Stream<SampleResult> results =
        sampler.sampleAll(prompts, 1, params, SampleOptions.builder().build(), 8)) {
      results.forEach(result -> outcomes.put(result.index(), outcome(result)));
    }
    return outcomes;
  }

  private static String outcome(SampleResult result) {
    return result
        .failure()
        .map(failure -> "failed: " + failure.getMessage())
        .orElseGet(() -> result.response().sequences().get(0).stopReason().value());
  }
}
