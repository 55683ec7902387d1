package io.tinker4j.examples;

import io.tinker4j.training.SamplingClient;
import io.tinker4j.training.ServiceClient;
import io.tinker4j.training.TrainingClient;
import io.tinker4j.types.AdamParams;
import io.tinker4j.types.Datum;
import io.tinker4j.types.LossFunction;
import io.tinker4j.types.ModelInput;
import io.tinker4j.types.SampledSequence;
import io.tinker4j.types.SamplingParams;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Reinforcement learning: sample, reward, and train on the advantages, with a policy loss. */
public final class ReinforcementLoop {
  private static final ModelInput PROMPT = ModelInput.ofInts("say: ".chars().toArray());
  private static final int GROUP = 16;

  private ReinforcementLoop() {}

  /** Uses the server and the key that TINKER_BASE_URL and TINKER_API_KEY name. */
  public static void main(String[] args) {
    try (ServiceClient service = ServiceClient.create()) {
      String model =
          service.getServerCapabilities().supportedModels().get(0).modelName().orElseThrow();
      TrainingClient training = service.createLoraTrainingClient(model);
      System.out.println(run(training, LossFunction.ppo(0.8, 1.2), 12));
    }
  }

  /** Returns the mean reward of each step. */
  static List<Double> run(TrainingClient training, LossFunction loss, int steps) {
    AdamParams adam = AdamParams.builder().learningRate(0.02).build();
    List<Double> rewards = new ArrayList<>();
    for (int step = 0; step < steps; step++) {
      SamplingClient policy = training.saveWeightsAndGetSamplingClient();
      SamplingParams params = SamplingParams.builder().maxTokens(6).seed(step).build();
      List<SampledSequence> group = policy.sample(PROMPT, GROUP, params).join().sequences();
      double mean = group.stream().mapToDouble(ReinforcementLoop::reward).average().orElseThrow();
      List<Datum> data = new ArrayList<>();
      for (SampledSequence sequence : group) {
        data.add(Datum.policy(PROMPT, sequence, (float) (reward(sequence) - mean)));
      }
      var pass = training.forwardBackward(data, loss);
      training.optimStep(adam).join();
      pass.join();
      rewards.add(mean);
    }
    return rewards;
  }

  /** The share of lower-case letters. */
  private static double reward(SampledSequence sequence) {
    return Arrays.stream(sequence.toInts()).filter(Character::isLowerCase).count()
        / (double) sequence.toInts().length;
  }
}
