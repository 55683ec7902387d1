package io.tinker4j.examples;

import io.tinker4j.training.SamplingClient;
import io.tinker4j.training.ServiceClient;
import io.tinker4j.training.TrainingClient;
import io.tinker4j.types.EncodedTextChunk;
import io.tinker4j.types.ImageChunk;
import io.tinker4j.types.ModelInput;
import io.tinker4j.types.SamplingParams;
import io.tinker4j.types.SupportedModel;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/** Samples from an image and text, resumes a model with its optimizer, and frees it. */
public final class MultimodalResumeCleanup {
  /** A PNG of 56 by 28 pixels. */
  private static final byte[] PNG =
      Base64.getDecoder()
          .decode(
              "iVBORw0KGgoAAAANSUhEUgAAADgAAAAcAQAAAAAcwEGTAAAADElEQVR42mNgGN4AAADgAAFp/i1dAAAAAElFTkSuQmCC");

  private MultimodalResumeCleanup() {}

  /** What was seen. */
  record Seen(int sampledTokens, String restored, String unloaded) {}

  /** Uses the server and the key that TINKER_BASE_URL and TINKER_API_KEY name. */
  public static void main(String[] args) {
    try (ServiceClient service = ServiceClient.create()) {
      System.out.println(run(service));
    }
  }

  static Seen run(ServiceClient service) {
    String model = visionModel(service);
    SamplingClient sampler = service.createSamplingClient(model);
    ModelInput prompt =
        ModelInput.of(
            List.of(ImageChunk.of(PNG), EncodedTextChunk.of("What is this? ".chars().toArray())));
    SamplingParams params = SamplingParams.builder().maxTokens(6).build();
    int sampled = sampler.sample(prompt, 1, params).join().sequences().get(0).tokens().remaining();

    String checkpoint = service.createLoraTrainingClient(model).saveState("image").join().path();
    TrainingClient restored = service.createTrainingClientFromStateWithOptimizer(checkpoint);
    String unloaded = restored.unload().join().modelId();
    return new Seen(sampled, restored.modelId(), unloaded);
  }

  /** A model that sees, when the server offers one; the embedded ones take an image as tokens. */
  private static String visionModel(ServiceClient service) {
    List<String> names =
        service.getServerCapabilities().supportedModels().stream()
            .map(SupportedModel::modelName)
            .flatMap(Optional::stream)
            .toList();
    return names.stream().filter(name -> name.contains("-VL-")).findFirst().orElse(names.get(0));
  }
}
