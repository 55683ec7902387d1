package io.tinker4j.examples;

import io.tinker4j.training.SamplingClient;
import io.tinker4j.training.ServiceClient;
import io.tinker4j.training.TrainingClient;
import io.tinker4j.types.AdamParams;
import io.tinker4j.types.Datum;
import io.tinker4j.types.LossFunction;
import io.tinker4j.types.ModelInput;
import io.tinker4j.types.SamplingParams;
import java.util.List;

/** Trains a few steps on one sentence, saves a checkpoint, and samples. */
public final class FirstSteps {
  private FirstSteps() {}

  /** Uses the server and the key that TINKER_BASE_URL and TINKER_API_KEY name. */
  public static void main(String[] args) {
    try (ServiceClient service = ServiceClient.create()) {
      run(service);
    }
  }

  static double run(ServiceClient service) {
    String model =
        service.getServerCapabilities().supportedModels().get(0).modelName().orElseThrow();
    TrainingClient training = service.createLoraTrainingClient(model);

    int[] tokens = "the quick brown fox jumps over the lazy dog".chars().toArray();
    List<Datum> batch = List.of(Datum.supervised(tokens));
    AdamParams adam = AdamParams.builder().learningRate(0.02).build();
    double loss = Double.NaN;
    for (int step = 0; step < 40; step++) {
      var pass = training.forwardBackward(batch, LossFunction.CROSS_ENTROPY); // both are under way
      var update = training.optimStep(adam); // before either is awaited
      loss = pass.join().metrics().lossSum().orElseThrow() / (tokens.length - 1);
      update.join();
    }
    String checkpoint = training.saveState("after-40").join().path();

    SamplingClient sampler = training.saveWeightsAndGetSamplingClient();
    SamplingParams params = SamplingParams.builder().maxTokens(39).temperature(0).build();
    int[] prompt = "the ".chars().toArray();
    var sample = sampler.sample(ModelInput.ofInts(prompt), 1, params).join();
    int[] text = sample.sequences().get(0).toInts();
    System.out.printf(
        "%s: loss %.2f, \"the %s\"%n", checkpoint, loss, new String(text, 0, text.length));
    return loss;
  }
}
