package io.tinker4j.examples;

import io.tinker4j.training.Health;
import io.tinker4j.training.SamplingClient;
import io.tinker4j.training.ServiceClient;
import io.tinker4j.types.ModelInput;
import io.tinker4j.types.SupportedModel;
import java.util.List;
import java.util.Optional;

/** Asks what the server offers, whether it is well, and how likely it finds a text. */
public final class CapabilitiesHealthLogprobs {
  private CapabilitiesHealthLogprobs() {}

  /** What was asked for. */
  record Answer(List<String> models, Health.Status health, double logprob) {}

  /** Uses the server and the key that TINKER_BASE_URL and TINKER_API_KEY name. */
  public static void main(String[] args) {
    try (ServiceClient service = ServiceClient.create()) {
      Answer answer = run(service, "hello");
      System.out.println(answer);
    }
  }

  static Answer run(ServiceClient service, String text) {
    List<String> models =
        service.getServerCapabilities().supportedModels().stream()
            .map(SupportedModel::modelName)
            .flatMap(Optional::stream)
            .toList();
    SamplingClient sampler = service.createSamplingClient(models.get(0));

    ModelInput prompt = ModelInput.ofInts(text.chars().toArray());
    float[] logprobs = sampler.computeLogprobs(prompt).join(); // NaN for the first token
    double sum = 0;
    for (int i = 1; i < logprobs.length; i++) {
      sum += logprobs[i];
    }
    return new Answer(models, service.health().status(), sum);
  }
}
