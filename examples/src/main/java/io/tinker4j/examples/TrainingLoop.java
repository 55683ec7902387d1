package io.tinker4j.examples;

import io.tinker4j.training.SamplingClient;
import io.tinker4j.training.ServiceClient;
import io.tinker4j.training.TrainingClient;
import io.tinker4j.types.AdamParams;
import io.tinker4j.types.Datum;
import io.tinker4j.types.ForwardBackwardOutput;
import io.tinker4j.types.LossFunction;
import io.tinker4j.types.ModelInput;
import io.tinker4j.types.SamplingParams;
import java.util.ArrayList;
import java.util.List;

/** The plain loop: compute gradients, step, print metrics; then save weights and sample. */
public final class TrainingLoop {
  private TrainingLoop() {}

  /** The loss of each step, per token, and what the trained model continues the prompt with. */
  record Report(List<Double> losses, String checkpoint, String sample) {}

  /** Uses the server and the key that TINKER_BASE_URL and TINKER_API_KEY name. */
  public static void main(String[] args) {
    try (ServiceClient service = ServiceClient.create()) {
      System.out.println(run(service, "do re mi fa sol la si do", 30));
    }
  }

  static Report run(ServiceClient service, String text, int steps) {
    String model =
        service.getServerCapabilities().supportedModels().get(0).modelName().orElseThrow();
    TrainingClient training = service.createLoraTrainingClient(model);
    int[] tokens = text.chars().toArray();
    List<Datum> batch = List.of(Datum.supervised(tokens));
    AdamParams adam = AdamParams.builder().learningRate(0.02).build();

    List<Double> losses = new ArrayList<>();
    for (int step = 1; step <= steps; step++) {
      long begin = System.nanoTime();
      ForwardBackwardOutput pass =
          training.forwardBackward(batch, LossFunction.CROSS_ENTROPY).join();
      training.optimStep(adam).join();
      losses.add(pass.metrics().lossSum().orElseThrow() / (tokens.length - 1));
      System.out.printf(
          "step %d: loss %.3f in %d ms%n",
          step, losses.get(step - 1), (System.nanoTime() - begin) / 1_000_000);
    }

    String path = training.saveWeightsForSampler("loop").join().path();
    SamplingClient sampler = service.createSamplingClientFromPath(path);
    SamplingParams greedy = SamplingParams.builder().maxTokens(6).temperature(0).build();
    ModelInput prompt = ModelInput.ofInts("do re mi ".chars().toArray());
    int[] sample = sampler.sample(prompt, 1, greedy).join().sequences().get(0).toInts();
    return new Report(losses, path, new String(sample, 0, sample.length));
  }
}
