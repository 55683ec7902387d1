package io.tinker4j.examples;

import io.tinker4j.training.SamplingClient;
import io.tinker4j.training.SaveOptions;
import io.tinker4j.training.ServiceClient;
import io.tinker4j.training.TrainingClient;
import io.tinker4j.types.ModelInput;
import io.tinker4j.types.SamplingParams;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Two ways from training to sampling: at once, or by a named checkpoint with an expiry. */
public final class SaveWeightsAndSample {
  private SaveWeightsAndSample() {}

  /** What was sampled both ways, and where the tokenizer is found. */
  record Sampled(List<String> texts, String tokenizer) {}

  /** Uses the server and the key that TINKER_BASE_URL and TINKER_API_KEY name. */
  public static void main(String[] args) {
    try (ServiceClient service = ServiceClient.create()) {
      System.out.println(run(service));
    }
  }

  static Sampled run(ServiceClient service) {
    String model =
        service.getServerCapabilities().supportedModels().get(0).modelName().orElseThrow();
    TrainingClient training = service.createLoraTrainingClient(model);

    SamplingClient atOnce = training.saveWeightsAndGetSamplingClient(); // unnamed, and kept

    SaveOptions anHour = SaveOptions.builder().ttl(Duration.ofHours(1)).build();
    String path = training.saveWeightsForSampler("for-sampling", anHour).join().path();
    SamplingClient byPath = service.createSamplingClientFromPath(path);

    ModelInput prompt = ModelInput.ofInts("once ".chars().toArray());
    SamplingParams greedy = SamplingParams.builder().maxTokens(5).temperature(0).build();
    List<String> texts = new ArrayList<>();
    for (SamplingClient sampler : List.of(atOnce, byPath)) {
      int[] tokens = sampler.sample(prompt, 1, greedy).join().sequences().get(0).toInts();
      texts.add(new String(tokens, 0, tokens.length));
    }
    return new Sampled(texts, byPath.tokenizerId().repository());
  }
}
