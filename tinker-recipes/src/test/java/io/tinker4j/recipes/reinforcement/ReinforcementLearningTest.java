package io.tinker4j.recipes.reinforcement;

import static io.tinker4j.testkit.fault.RequestMatcher.operation;
import static io.tinker4j.testkit.observe.ServerAssertions.assertThatLedger;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tinker4j.recipes.rl.Advantages;
import io.tinker4j.recipes.rl.KlPenalty;
import io.tinker4j.recipes.rollout.EnvironmentGroup;
import io.tinker4j.recovery.Batches;
import io.tinker4j.recovery.JournalVerification;
import io.tinker4j.recovery.RecoveryPolicy;
import io.tinker4j.recovery.RunResult;
import io.tinker4j.testkit.fault.Fault;
import io.tinker4j.testkit.fault.FaultScript;
import io.tinker4j.training.ServiceClient;
import io.tinker4j.transport.Backoff;
import io.tinker4j.types.Checkpoint;
import io.tinker4j.types.CheckpointType;
import io.tinker4j.types.LossFunction;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class ReinforcementLearningTest {
  private static final String REWARD = "env/all/reward/total";

  private static final RecoveryPolicy QUICK =
      RecoveryPolicy.builder()
          .backoff(new Backoff(Duration.ofMillis(10), Duration.ofMillis(20), 0))
          .build();

  @TempDir private Path directory;
  private final LetterRuns runs = new LetterRuns();

  @AfterEach
  void close() {
    runs.close();
  }

  @Test
  void run_raisesTheReward() throws Exception {
    try (ReinforcementLearning recipe =
        LetterRuns.recipe()
            .advantages(Advantages.normalized())
            .removeConstantRewardGroups(true)
            .build()) {
      runs.with(
              recipe.training(
                  Batches.of(List.of(LetterRuns.PROMPTS), 6),
                  prompt -> EnvironmentGroup.of(32, () -> new LetterRuns.Letter(prompt))),
              directory)
          .build()
          .resumeOrStart();

      assertThat(runs.metrics.getFirst().get(REWARD)).isBetween(0.05, 0.2);
      assertThat(runs.metrics.getLast().get(REWARD)).isGreaterThan(0.8);
    }
  }

  /** On the policy itself, ratios are 1: these have the same gradient, and dro nearly so. */
  @Test
  void everyLoss_isTaken_andBeginsAlike() throws Exception {
    List<String> weights = new ArrayList<>();
    for (String loss : List.of("importance_sampling", "ppo", "cispo", "dro")) {
      try (ReinforcementLearning recipe = LetterRuns.recipe().loss(LossFunction.of(loss)).build()) {
        RunResult result =
            runs.training(recipe, 1, directory.resolve(loss)).build().resumeOrStart();
        weights.add(runs.server.weightsHash(result.modelId()));
      }
    }

    assertThat(weights.subList(0, 3)).containsOnly(weights.get(0));
    assertThat(weights.get(3)).isNotEqualTo(weights.get(0));
    assertThat(runs.metrics).hasSize(4).allSatisfy(each -> assertThat(each).containsKey(REWARD));
    assertThat(runs.metrics.get(3)).containsKey("dro_loss");
  }

  @Test
  void metrics_tellWhatHappened() throws Exception {
    List<SampledGroup> seen = new ArrayList<>();
    try (ServiceClient service = runs.connect();
        ReinforcementLearning recipe =
            LetterRuns.recipe()
                .klPenalty(KlPenalty.of(0.01), service.createSamplingClient(LetterRuns.MODEL))
                .onRollouts(seen::addAll)
                .build()) {
      runs.training(recipe, 2, directory).build().resumeOrStart();
    }

    Map<String, Double> metrics = runs.metrics.get(1);
    assertThat(metrics)
        .containsEntry("env/all/total_episodes", 24.0)
        .containsEntry("env/all/turns_per_episode", 1.0)
        .containsEntry("env/all/ac_tokens_per_turn", 1.0)
        .containsEntry("env/all/ob_tokens_per_turn", 5.0)
        .containsEntry("rollouts/steps_off_policy", 0.0)
        .containsEntry("rollouts/failed", 0.0)
        .containsKeys("env/all/reward/std", "env/all/by_group/frac_constant", "loss:sum");
    assertThat(metrics.get("kl_policy_base")).isNotZero();
    assertThat(metrics.get("optim/kl_sample_train_v2")).isLessThan(1e-6);
    assertThat(metrics.get("optim/entropy")).isBetween(1.0, 6.0);
    double shares = 0;
    for (String part : List.of("sampling", "environment", "training")) {
      assertThat(metrics.get("time/share_" + part)).isBetween(0.0, 1.0);
      shares += metrics.get("time/share_" + part);
    }
    assertThat(shares).isBetween(0.999, 1.001);
    assertThat(seen).hasSize(8);
    assertThat(seen.get(7).samplerStep()).isEqualTo(1);
    assertThat(seen.get(7).samplingSessionId()).isNotEqualTo(seen.get(0).samplingSessionId());
  }

  @Test
  void streamMinibatches_makesAPassOfEach_theSameInEachRun() throws Exception {
    List<String> weights = new ArrayList<>();
    for (String each : List.of("first", "second")) {
      try (ReinforcementLearning recipe = LetterRuns.recipe().streamMinibatches(2).build()) {
        RunResult result =
            runs.training(recipe, 3, directory.resolve(each)).build().resumeOrStart();
        assertThatLedger(runs.server.ledger(result.modelId()))
            .hasCount("forward_backward", 6)
            .hasCount("optim_step", 3);
        weights.add(runs.server.weightsHash(result.modelId()));
      }
    }

    assertThat(weights.get(0)).isEqualTo(weights.get(1));
  }

  @Test
  void savedSamplers_areDeletedButForTheLast() throws Exception {
    try (ServiceClient service = runs.connect();
        ReinforcementLearning recipe =
            LetterRuns.recipe()
                .samplerWeights(SamplerWeights.saved(service).everySteps(2).keepLast(1))
                .build()) {
      runs.training(recipe, 5, directory).build().resumeOrStart();

      List<String> paths = new ArrayList<>();
      for (Checkpoint each : service.createRestClient().checkpoints().all()) {
        if (each.checkpointType().equals(CheckpointType.SAMPLER)) {
          paths.add(each.tinkerPath());
        }
      }
      assertThat(paths).singleElement().asString().endsWith("/sampler-000004");
    }
    assertThat(runs.metrics)
        .extracting(each -> each.get("rollouts/steps_off_policy"))
        .containsExactly(0.0, 1.0, 0.0, 1.0, 0.0);
  }

  @Test
  void asynchronousRun_takesEachStepOnce_withinItsBound() throws Exception {
    List<SampledGroup> seen = new ArrayList<>();
    try (ReinforcementLearning recipe =
        LetterRuns.recipe().maxStepsOffPolicy(2).onRollouts(seen::addAll).build()) {
      RunResult result = runs.training(recipe, 8, directory).build().resumeOrStart();

      assertThat(result.steps()).isEqualTo(8);
      assertThatLedger(runs.server.ledger(result.modelId())).hasEachStepOnce();
    }
    assertThat(seen).hasSize(32);
    assertThat(runs.metrics)
        .extracting(each -> each.get("rollouts/steps_off_policy"))
        .allSatisfy(each -> assertThat(each).isBetween(0.0, 2.0))
        .anySatisfy(each -> assertThat(each).isPositive());
  }

  @Test
  void asynchronousRun_thatIsCorrupted_goesOnWithNewRollouts() throws Exception {
    runs.server.setFaults(
        FaultScript.of(Fault.on(operation("forward_backward")).nth(4).poisonRun()));
    try (ReinforcementLearning recipe = LetterRuns.recipe().maxStepsOffPolicy(1).build()) {
      RunResult result = runs.training(recipe, 6, directory).policy(QUICK).build().resumeOrStart();

      assertThat(result).returns(6L, RunResult::steps).returns(1, RunResult::recoveries);
      assertThat(JournalVerification.verify(directory).isSound()).isTrue();
      assertThatLedger(runs.server.ledger(result.modelId())).hasEachStepOnce();
    }
  }

  /** An environment that is away for a moment: the step is an incident, and done in the end. */
  @Test
  void failedRollouts_areAnIncident_andTheStepIsTriedAgain() throws Exception {
    AtomicInteger made = new AtomicInteger();
    try (ReinforcementLearning recipe = LetterRuns.recipe().build()) {
      RunResult result =
          runs.with(
                  recipe.training(
                      Batches.of(List.of(List.of("a: ")), 3),
                      prompt ->
                          EnvironmentGroup.of(
                              2,
                              () -> {
                                if (made.incrementAndGet() == 3) {
                                  throw new IllegalStateException("the sandbox is away");
                                }
                                return new LetterRuns.Letter(prompt);
                              })),
                  directory)
              .policy(QUICK)
              .build()
              .resumeOrStart();

      assertThat(result).returns(3L, RunResult::steps).returns(1, RunResult::recoveries);
      assertThatLedger(runs.server.ledger(result.modelId())).hasEachStepOnce();
      assertThat(JournalVerification.verify(directory).isSound()).isTrue();
    }
  }

  /** Of the first batch, one group waits until its weights are three steps old. */
  @Test
  void staleGroup_isDroppedCountedAndMadeAgain() throws Exception {
    CountDownLatch old = new CountDownLatch(1);
    List<String> made = Collections.synchronizedList(new ArrayList<>());
    List<List<String>> batches = new ArrayList<>();
    for (int step = 1; step <= 6; step++) {
      batches.add(List.of("a" + step + ": ", "b" + step + ": "));
    }
    try (ReinforcementLearning recipe = LetterRuns.recipe().maxStepsOffPolicy(1).build()) {
      runs.with(
              recipe.training(Batches.of(batches, 1), prompt -> group(prompt, old, made)),
              directory)
          .onStep(result -> {
            runs.metrics.add(result.metrics());
            if (result.step() == 3) {
              old.countDown();
            }
          })
          .build()
          .resumeOrStart();
    }

    assertThat(runs.metrics.getLast()).containsEntry("rollouts/groups_stale", 1.0);
    assertThat(runs.metrics.getLast()).containsEntry("env/all/total_episodes", 4.0);
    assertThat(made).filteredOn("b1: "::equals).hasSize(4);
    assertThat(made).filteredOn("a3: "::equals).hasSize(2);
  }

  private static EnvironmentGroup group(String prompt, CountDownLatch old, List<String> made) {
    return EnvironmentGroup.of(
        2,
        () -> {
          made.add(prompt);
          if (prompt.equals("b1: ")) {
            try {
              old.await();
            } catch (InterruptedException e) {
              throw new IllegalStateException(e);
            }
          }
          return new LetterRuns.Letter(prompt);
        });
  }

  @Test
  void lossWithoutAdvantages_isRefused() {
    assertThatThrownBy(() -> LetterRuns.recipe().loss(LossFunction.CROSS_ENTROPY))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("policy loss");
  }
}
