package io.tinker4j.examples;

import io.tinker4j.recipes.reinforcement.ReinforcementLearning;
import io.tinker4j.recipes.rollout.Environment;
import io.tinker4j.recipes.rollout.EnvironmentGroup;
import io.tinker4j.recipes.rollout.Observation;
import io.tinker4j.recipes.rollout.RolloutOptions;
import io.tinker4j.recipes.rollout.StepResult;
import io.tinker4j.recovery.Batches;
import io.tinker4j.training.ServiceClient;
import io.tinker4j.types.SampledSequence;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** Reinforcement learning as a run that can be resumed: environments, groups, a policy loss. */
public final class ReinforcementRun {
  private ReinforcementRun() {}

  /** Uses the server and the key that TINKER_BASE_URL and TINKER_API_KEY name. */
  public static void main(String[] args) throws InterruptedException {
    System.out.println(run(ServiceClient::create, Path.of("rl-run"), 12)); // rewards by step
  }

  /** One turn; the reward is 1 for a lower-case letter, by chance in one of ten cases. */
  private record SayLetter(String prompt) implements Environment {
    @Override
    public Observation initialObservation() {
      return Observation.ofInts(prompt.chars().toArray());
    }

    @Override
    public StepResult step(SampledSequence action) {
      int token = action.toInts()[0];
      return StepResult.done(token >= 'a' && token <= 'z' ? 1 : 0);
    }
  }

  static List<Double> run(Supplier<ServiceClient> service, Path journal, int steps)
      throws InterruptedException {
    List<Double> rewards = new ArrayList<>();
    try (ReinforcementLearning rl =
        ReinforcementLearning.builder(RolloutOptions.builder(1).build())
            .learningRate(step -> 0.04)
            .build()) {
      rl.training(
              Batches.of(List.of(List.of("say: ", "and: ", "now: ", "yes: ")), steps),
              prompt -> EnvironmentGroup.of(32, () -> new SayLetter(prompt)))
          .service(service)
          .baseModel("tinker4j/nano-bytes")
          .journal(journal)
          .onStep(done -> rewards.add(done.metrics().get("env/all/reward/total")))
          .build()
          .resumeOrStart();
    }
    return rewards;
  }
}
