package io.tinker4j.recipes.reinforcement;

import io.tinker4j.recipes.rl.AdvantageTerm;
import io.tinker4j.recipes.rl.Advantages;
import io.tinker4j.recipes.rl.KlPenalty;
import io.tinker4j.recipes.rollout.EnvironmentGroup;
import io.tinker4j.recipes.rollout.RolloutOptions;
import io.tinker4j.recovery.Batches;
import io.tinker4j.recovery.ResumableTraining;
import io.tinker4j.training.SamplingClient;
import io.tinker4j.types.AdamParams;
import io.tinker4j.types.LossFunction;
import io.tinker4j.types.internal.Checks;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongFunction;
import java.util.function.LongToDoubleFunction;

/**
 * Reinforcement learning as a run that can be resumed. A step saves weights for sampling, makes the
 * rollouts of its batch, computes their advantages, and trains on them with a policy loss.
 *
 * {@snippet :
 * try (ReinforcementLearning rl =
 *     ReinforcementLearning.builder(RolloutOptions.builder(256).build())
 *         .loss(LossFunction.PPO)
 *         .learningRate(step -> 4e-5)
 *         .build()) {
 *   rl.training(Batches.of(problems, 1), problem -> EnvironmentGroup.of(8, () -> new Attempt(problem)))
 *       .baseModel("Qwen/Qwen3-8B")
 *       .journal(Path.of("runs/first"))
 *       .build()
 *       .resumeOrStart();
 * }
 * }
 *
 * <p>Seeds of samples are derived from the run's seed, the step, the group and the member. So a
 * synchronous step that is replayed after an incident is trained on what it was trained on before,
 * if its environments answer the same to the same actions, and the server samples the same from the
 * same weights and seed.
 *
 * <p>The step's numbers are among its metrics, which the run's tracker and listener are told:
 * {@code env/all/reward/total} (the mean) and {@code std}, {@code by_group/frac_constant}, {@code
 * optim/entropy}, {@code optim/kl_sample_train_v1} and {@code v2}, tokens and turns, {@code
 * time/share_sampling}, {@code share_environment} and {@code share_training}, and how many rollouts
 * have failed, were retried or stale. {@code rollouts/groups_left_out}, {@code groups_stale} and
 * {@code late_results} count from the last incident on.
 *
 * <p>Immutable but for the rollouts that are under way; each run needs one of its own.
 */
public final class ReinforcementLearning implements AutoCloseable {
  private final RolloutOptions rollouts;
  private final LossFunction loss;
  private final Advantages advantages;
  private final LongFunction<AdamParams> adam;
  private final long seed;
  private final boolean removesConstantRewardGroups;
  private final List<AdvantageTerm> advantageTerms;
  private final int minibatches;
  private final int maxStepsOffPolicy;
  private final SamplerWeights samplerWeights;
  private final Consumer<? super List<SampledGroup>> listener;
  private final ConcurrentLinkedQueue<ReinforcementStep<?>> steps = new ConcurrentLinkedQueue<>();

  private ReinforcementLearning(Builder from) {
    this.rollouts = from.rollouts;
    this.loss = from.loss;
    this.advantages = from.advantages;
    this.adam = from.adam;
    this.seed = from.seed;
    this.removesConstantRewardGroups = from.removesConstantRewardGroups;
    this.advantageTerms = List.copyOf(from.advantageTerms);
    this.minibatches = from.minibatches;
    this.maxStepsOffPolicy = from.maxStepsOffPolicy;
    this.samplerWeights = from.samplerWeights;
    this.listener = from.listener;
  }

  /** Starts a recipe that makes rollouts like this. */
  public static Builder builder(RolloutOptions rollouts) {
    return new Builder(Objects.requireNonNull(rollouts, "rollouts"));
  }

  /**
   * Starts the settings of a run with this recipe; base model and journal are still missing. Its
   * steps are taken one by one.
   *
   * @param prompts a batch is what the groups of a step are made from, such as problems. Texts and
   *     numbers are told apart when a run is resumed; see {@link Batches#of}
   * @param environments makes the environments of a prompt; called again when a step is replayed
   */
  public <P> ResumableTraining.Builder<?> training(
      Batches<List<P>> prompts, Function<? super P, ? extends EnvironmentGroup> environments) {
    Objects.requireNonNull(environments, "environments");
    ReinforcementStep<P> step = new ReinforcementStep<>(this, environments);
    steps.add(step);
    return ResumableTraining.builder(new ReadAhead<>(prompts, maxStepsOffPolicy), step).inFlight(1);
  }

  /** Gives up rollouts that are still under way, as an asynchronous run that was stopped leaves. */
  @Override
  public void close() {
    steps.forEach(ReinforcementStep::close);
  }

  RolloutOptions rollouts() {
    return rollouts;
  }

  LossFunction loss() {
    return loss;
  }

  Advantages advantages() {
    return advantages;
  }

  LongFunction<AdamParams> adam() {
    return adam;
  }

  long seed() {
    return seed;
  }

  boolean removesConstantRewardGroups() {
    return removesConstantRewardGroups;
  }

  List<AdvantageTerm> advantageTerms() {
    return advantageTerms;
  }

  int minibatches() {
    return minibatches;
  }

  int maxStepsOffPolicy() {
    return maxStepsOffPolicy;
  }

  SamplerWeights samplerWeights() {
    return samplerWeights;
  }

  Consumer<? super List<SampledGroup>> listener() {
    return listener;
  }

  /** Builds recipes; not thread-safe. */
  public static final class Builder {
    private final RolloutOptions rollouts;
    private final List<AdvantageTerm> advantageTerms = new ArrayList<>();
    private LossFunction loss = LossFunction.IMPORTANCE_SAMPLING;
    private Advantages advantages = Advantages.centered();
    private LongFunction<AdamParams> adam = step -> AdamParams.builder().build();
    private long seed;
    private boolean removesConstantRewardGroups;
    private int minibatches = 1;
    private int maxStepsOffPolicy;
    private SamplerWeights samplerWeights = SamplerWeights.ephemeral();
    private Consumer<? super List<SampledGroup>> listener = groups -> {};

    private Builder(RolloutOptions rollouts) {
      this.rollouts = rollouts;
    }

    /**
     * Sets the policy loss: {@code importance_sampling}, {@code ppo}, {@code cispo} or {@code dro}.
     * Default: {@link LossFunction#IMPORTANCE_SAMPLING}. {@code dro} is computed in this process,
     * by {@link io.tinker4j.recipes.rl.MaskedDro}, because the server's would pull at the prompts.
     *
     * @throws IllegalArgumentException for {@code cross_entropy}, which reads no advantages
     */
    public Builder loss(LossFunction loss) {
      if (loss.name().equals(LossFunction.CROSS_ENTROPY.name())) {
        throw new IllegalArgumentException(
            "loss is cross_entropy, which reads no advantages; use a policy loss such as ppo");
      }
      this.loss = loss;
      return this;
    }

    /** Sets how rewards become advantages. Default: {@link Advantages#centered}. */
    public Builder advantages(Advantages advantages) {
      this.advantages = Objects.requireNonNull(advantages, "advantages");
      return this;
    }

    /** Sets the learning rate of a step, from 1. Default: 1e-4. */
    public Builder learningRate(LongToDoubleFunction learningRate) {
      Objects.requireNonNull(learningRate, "learningRate");
      return adam(
          step -> AdamParams.builder().learningRate(learningRate.applyAsDouble(step)).build());
    }

    /** Sets the optimizer's settings of a step, from 1. Default: those of {@link AdamParams}. */
    public Builder adam(LongFunction<AdamParams> adam) {
      this.adam = Objects.requireNonNull(adam, "adam");
      return this;
    }

    /** Sets the seed that those of all samples are derived from. Default: 0. */
    public Builder seed(long seed) {
      this.seed = seed;
      return this;
    }

    /**
     * Sets whether groups whose rewards are all equal are left out of the training data. Where all
     * are, the first stays, so that the step has data. Default: false.
     */
    public Builder removeConstantRewardGroups(boolean remove) {
      this.removesConstantRewardGroups = remove;
      return this;
    }

    /** Adds a penalty for leaving a reference; {@link AdvantageTerm#klPenalty}. */
    public Builder klPenalty(KlPenalty penalty, SamplingClient reference) {
      return advantageTerm(AdvantageTerm.klPenalty(penalty, reference));
    }

    /** Adds a term to the advantages of tokens. Default: none. */
    public Builder advantageTerm(AdvantageTerm term) {
      advantageTerms.add(Objects.requireNonNull(term, "term"));
      return this;
    }

    /**
     * Divides the groups of a step into so many passes, each of which is begun while later rollouts
     * are still under way. Passes have the groups in their order, so that a replay has the same;
     * constant groups are left out and means of penalties are taken within a pass. Default: 1.
     */
    public Builder streamMinibatches(int minibatches) {
      Checks.atLeast("minibatches", minibatches, 1);
      this.minibatches = minibatches;
      return this;
    }

    /**
     * Lets rollouts go on while the model is trained: those of so many later batches are begun
     * early, and a step takes the groups that finish first. A group whose weights are more steps
     * old is dropped and counted, and its rollouts are made again. Default: 0, all are waited for.
     *
     * <p>No step is lost or done twice when such a run is resumed, but it does not end with the
     * same weights: what was under way is begun again, with newer weights, so that a prompt may be
     * used twice or not at all.
     */
    public Builder maxStepsOffPolicy(int steps) {
      Checks.atLeast("maxStepsOffPolicy", steps, 0);
      this.maxStepsOffPolicy = steps;
      return this;
    }

    /** Sets how weights come to the sampler. Default: {@link SamplerWeights#ephemeral}. */
    public Builder samplerWeights(SamplerWeights samplerWeights) {
      this.samplerWeights = Objects.requireNonNull(samplerWeights, "samplerWeights");
      return this;
    }

    /**
     * Registers a listener for the rollouts that a step is trained on, called in the training
     * thread before the update. Default: none.
     */
    public Builder onRollouts(Consumer<? super List<SampledGroup>> listener) {
      this.listener = Objects.requireNonNull(listener, "listener");
      return this;
    }

    /** Returns the recipe. */
    public ReinforcementLearning build() {
      return new ReinforcementLearning(this);
    }
  }
}
