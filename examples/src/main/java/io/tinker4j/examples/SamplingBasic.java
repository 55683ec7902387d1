package io.tinker4j.examples;

import io.tinker4j.training.SamplingClient;
import io.tinker4j.training.ServiceClient;
import io.tinker4j.types.ModelInput;
import io.tinker4j.types.SampleResponse;
import io.tinker4j.types.SampledSequence;
import io.tinker4j.types.SamplingParams;
import java.util.List;

/** Samples two continuations of a prompt from a base model and decodes them. */
public final class SamplingBasic {
  private SamplingBasic() {}

  /** Uses the server and the key that TINKER_BASE_URL and TINKER_API_KEY name. */
  public static void main(String[] args) {
    try (ServiceClient service = ServiceClient.create()) {
      run(service, "the quick brown ").forEach(System.out::println);
    }
  }

  static List<String> run(ServiceClient service, String prompt) {
    String model =
        service.getServerCapabilities().supportedModels().get(0).modelName().orElseThrow();
    SamplingClient sampler = service.createSamplingClient(model);
    SamplingParams params = SamplingParams.builder().maxTokens(12).temperature(0.8).seed(7).build();
    int[] tokens = prompt.chars().toArray(); // the embedded models read bytes
    SampleResponse response = sampler.sample(ModelInput.ofInts(tokens), 2, params).join();
    return response.sequences().stream().map(SamplingBasic::text).toList();
  }

  private static String text(SampledSequence sequence) {
    int[] tokens = sequence.toInts();
    return new String(tokens, 0, tokens.length);
  }
}
