package io.tinker4j.recipes.distillation;

import io.tinker4j.recipes.reinforcement.ReinforcementLearning;
import io.tinker4j.recipes.rl.Advantages;
import io.tinker4j.recipes.rl.ReverseKl;
import io.tinker4j.recipes.rl.SequenceLogprobs;
import io.tinker4j.recipes.rollout.Environment;
import io.tinker4j.recipes.rollout.EnvironmentGroup;
import io.tinker4j.recipes.rollout.Observation;
import io.tinker4j.recipes.rollout.RolloutOptions;
import io.tinker4j.recipes.rollout.StepResult;
import io.tinker4j.recovery.TrainingStep;
import io.tinker4j.types.AdamParams;
import io.tinker4j.types.SampledSequence;
import java.util.List;
import java.util.Objects;
import java.util.function.LongFunction;

/** Recipes by which a student learns from a teacher. */
public final class Distillation {
  private Distillation() {}

  /**
   * Starts a recipe of on-policy distillation: the student samples, and each token's advantage is
   * how much more readily the teacher would have said it. Rewards of environments count too, as
   * they are. The metric {@code teacher_kl} is the divergence of the student from the teacher, in
   * nats per token, estimated from the samples.
   *
   * <p>A teacher {@linkplain SequenceLogprobs#withContext with a context} that is not in the
   * student's prompts teaches the student what the context does: context distillation.
   *
   * @param teacher its sampler belongs to a service client that outlives the run
   */
  public static ReinforcementLearning.Builder onPolicy(
      RolloutOptions rollouts, SequenceLogprobs teacher) {
    return onPolicy(rollouts, teacher, new ReverseKl(1, 0));
  }

  /** The same with another weight or discount of the teacher. */
  public static ReinforcementLearning.Builder onPolicy(
      RolloutOptions rollouts, SequenceLogprobs teacher, ReverseKl term) {
    Objects.requireNonNull(teacher, "teacher");
    Objects.requireNonNull(term, "term");
    return ReinforcementLearning.builder(rollouts)
        .advantages(Advantages.none())
        .advantageTerm(data -> term.applyTo(data, teacher.ofTargets(data)));
  }

  /**
   * Returns a group of single turns that are not rewarded, for on-policy distillation.
   *
   * @param size how many samples there are of the prompt
   * @throws IllegalArgumentException when it is below 1
   */
  public static EnvironmentGroup prompt(int size, Observation prompt) {
    Objects.requireNonNull(prompt, "prompt");
    return EnvironmentGroup.of(
        size,
        () ->
            new Environment() {
              @Override
              public Observation initialObservation() {
                return prompt;
              }

              @Override
              public StepResult step(SampledSequence action) {
                return StepResult.done(0);
              }
            });
  }

  /**
   * Returns steps of off-policy distillation: the teacher answers the prompts of a batch, and the
   * student learns its answers with {@code cross_entropy}. A step that is replayed asks with the
   * same seeds.
   *
   * @param adam the optimizer's settings of a step, from 1
   */
  public static TrainingStep<List<Observation>> offPolicy(
      TeacherSamples teacher, LongFunction<AdamParams> adam) {
    return new OffPolicyStep(
        Objects.requireNonNull(teacher, "teacher"), Objects.requireNonNull(adam, "adam"));
  }
}
