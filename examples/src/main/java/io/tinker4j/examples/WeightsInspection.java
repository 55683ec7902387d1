package io.tinker4j.examples;

import io.tinker4j.training.LoraOptions;
import io.tinker4j.training.RestClient;
import io.tinker4j.training.SamplingClient;
import io.tinker4j.training.ServiceClient;
import io.tinker4j.training.TrainingClient;
import io.tinker4j.types.GetSamplerResponse;
import io.tinker4j.types.TrainingRun;
import io.tinker4j.types.WeightsInfoResponse;

/** Looks at what is known about weights: the run, the adapter, the sampler, where to load them. */
public final class WeightsInspection {
  private WeightsInspection() {}

  /** What is known. */
  record Known(
      TrainingRun run, WeightsInfoResponse weights, GetSamplerResponse sampler, String archive) {}

  /** Uses the server and the key that TINKER_BASE_URL and TINKER_API_KEY name. */
  public static void main(String[] args) {
    try (ServiceClient service = ServiceClient.create()) {
      Known known = run(service);
      System.out.println(known.run());
      System.out.println(known.weights());
      System.out.println(known.sampler());
    }
  }

  static Known run(ServiceClient service) {
    String model =
        service.getServerCapabilities().supportedModels().get(0).modelName().orElseThrow();
    LoraOptions lora = LoraOptions.builder().rank(8).trainUnembed(false).build();
    TrainingClient training = service.createLoraTrainingClient(model, lora);
    String path = training.saveState("inspected").join().path();
    SamplingClient sampler = training.saveWeightsAndGetSamplingClient();

    RestClient rest = service.createRestClient();
    TrainingRun run = rest.runs().getByTinkerPath(path);
    WeightsInfoResponse weights = rest.checkpoints().weightsInfo(path);
    if (weights.loraRank().orElse(0) != lora.rank()) {
      throw new IllegalStateException("rank " + weights.loraRank() + ", not " + lora.rank());
    }
    String archive = rest.checkpoints().archiveUrl(path).url(); // signed: a credential
    return new Known(run, weights, rest.getSampler(sampler.samplingSessionId()), archive);
  }
}
