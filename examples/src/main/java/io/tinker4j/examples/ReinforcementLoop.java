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
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Reinforcement learning: sample, reward, and train on the advantages, with a policy loss. */
public final class ReinforcementLoop {
  private static final int[] PROMPT = "say: ".chars().toArray();
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
      List<SampledSequence> group =
          policy.sample(ModelInput.ofInts(PROMPT), GROUP, params).join().sequences();
      double mean = group.stream().mapToDouble(ReinforcementLoop::reward).average().orElseThrow();
      List<Datum> data = group.stream().map(each -> datum(each, reward(each) - mean)).toList();
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

  /** The prompt's tokens have no advantage; position i predicts the token behind it. */
  private static Datum datum(SampledSequence sequence, double advantage) {
    int[] sampled = sequence.toInts();
    FloatBuffer given = sequence.logprobs().orElseThrow();
    int length = PROMPT.length + sampled.length - 1;
    int[] all = Arrays.copyOf(PROMPT, length + 1);
    System.arraycopy(sampled, 0, all, PROMPT.length, sampled.length);
    float[] logprobs = new float[length];
    float[] advantages = new float[length];
    for (int i = 0; i < sampled.length; i++) {
      logprobs[PROMPT.length - 1 + i] = given.get(i);
      advantages[PROMPT.length - 1 + i] = (float) advantage;
    }
    ModelInput input = ModelInput.ofInts(Arrays.copyOf(all, length));
    return Datum.policy(input, Arrays.copyOfRange(all, 1, length + 1), logprobs, advantages);
  }
}
