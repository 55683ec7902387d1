package io.tinker4j.recovery;

import static io.tinker4j.testkit.fault.RequestMatcher.operation;
import static io.tinker4j.testkit.observe.ServerAssertions.assertThatLedger;
import static org.assertj.core.api.Assertions.assertThat;

import io.tinker4j.recovery.TrainingStep.Rollouts;
import io.tinker4j.testkit.fault.Fault;
import io.tinker4j.testkit.fault.FaultScript;
import io.tinker4j.training.SamplingClient;
import io.tinker4j.training.TrainingClient;
import io.tinker4j.transport.Backoff;
import io.tinker4j.types.AdamParams;
import io.tinker4j.types.Datum;
import io.tinker4j.types.LossFunction;
import io.tinker4j.types.ModelInput;
import io.tinker4j.types.SampledSequence;
import io.tinker4j.types.SamplingParams;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Runs that sample, score and train. */
@Timeout(60)
class RolloutsTest {
  @TempDir private Path directory;

  @Test
  void duplicatesAndLatecomers_areDroppedAndCounted() {
    Rollouts<Integer, String> rollouts = Rollouts.create();

    assertThat(rollouts.add(2, "b")).isTrue();
    assertThat(rollouts.add(1, "a")).isTrue();
    assertThat(rollouts.add(2, "again")).isFalse();
    assertThat(rollouts.take()).containsExactly("a", "b");
    assertThat(rollouts.add(3, "late")).isFalse();
    assertThat(rollouts.take()).containsExactly("a", "b");
    assertThat(rollouts.dropped()).isEqualTo(2);
  }

  /** Samples twice from each prompt, prefers low tokens, and trains on that. */
  private static TrainingStep.Submitted step(
      TrainingClient client, List<int[]> prompts, long number) {
    SamplingClient sampler = client.saveWeightsAndGetSamplingClient();
    SamplingParams params = SamplingParams.builder().maxTokens(3).seed(number).build();
    Rollouts<Integer, Datum> rollouts = Rollouts.create();
    for (int i = 0; i < prompts.size(); i++) {
      int[] prompt = prompts.get(i);
      List<SampledSequence> sequences =
          sampler.sample(ModelInput.ofInts(prompt), 2, params).join().sequences();
      for (int j = 0; j < sequences.size(); j++) {
        rollouts.add(2 * i + j, datum(prompt, sequences.get(j).toInts()));
        rollouts.add(2 * i + j, datum(prompt, new int[] {'x', 'x', 'x'}));
      }
    }
    assertThat(rollouts.dropped()).isEqualTo(2L * prompts.size());
    return new TrainingStep.Submitted(
        List.of(client.forwardBackward(rollouts.take(), LossFunction.CROSS_ENTROPY)),
        client.optimStep(AdamParams.builder().learningRate(0.01).build()));
  }

  private static Datum datum(int[] prompt, int[] completion) {
    float reward = Arrays.stream(completion).anyMatch(token -> token < 'm') ? 1 : 0.1f;
    int[] all = IntStream.concat(Arrays.stream(prompt), Arrays.stream(completion)).toArray();
    float[] weights = new float[all.length - 1];
    Arrays.fill(weights, prompt.length - 1, weights.length, reward);
    return Datum.of(
        ModelInput.ofInts(Arrays.copyOf(all, all.length - 1)),
        Arrays.copyOfRange(all, 1, all.length),
        weights);
  }

  @Test
  void loopThatSamplesAndTrains_survivesAnIncident() throws Exception {
    try (TestRuns runs = TestRuns.inRealTime()) {
      List<int[]> prompts = new ArrayList<>();
      for (int i = 0; i < 6; i++) {
        prompts.add(new int[] {'a' + i, 'b', 'c'});
      }
      runs.server.setFaults(
          FaultScript.of(
              Fault.on(operation("asample")).withProbability(0.2).duplicate(),
              Fault.on(operation("asample")).nth(3).executeThenDropAnswer(),
              Fault.on(operation("forward_backward")).nth(5).poisonRun()));

      RunResult result =
          runs.with(
                  ResumableTraining.builder(Batches.of(prompts, 1), RolloutsTest::step), directory)
              .schedule(CheckpointSchedule.builder().everySteps(3).build())
              .policy(
                  RecoveryPolicy.builder()
                      .backoff(new Backoff(Duration.ofMillis(50), Duration.ofSeconds(1), 0.25))
                      .build())
              .inFlight(1)
              .build()
              .resumeOrStart();

      assertThat(result.steps()).isEqualTo(6);
      assertThat(result.recoveries()).isEqualTo(1);
      assertThat(JournalVerification.verify(directory).isSound()).isTrue();
      assertThatLedger(runs.server.ledger(result.modelId())).hasEachStepOnce();
    }
  }

  @Test
  void samplingOverload_isAnEvent_andTheRunGoesOn() throws Exception { // readiness: H6
    List<RecoveryEvent> events = Collections.synchronizedList(new ArrayList<>());
    try (TestRuns runs = TestRuns.inRealTime()) {
      runs.server.setFaults(FaultScript.of(Fault.on(operation("asample")).nth(2).answer(429)));

      RunResult result =
          runs.with(
                  ResumableTraining.builder(
                      Batches.of(List.of(new int[] {'a'}, new int[] {'b'}, new int[] {'c'}), 1),
                      RolloutsTest::step),
                  directory)
              .inFlight(1)
              .listener(events::add)
              .build()
              .resumeOrStart();

      assertThat(result).returns(3L, RunResult::steps).returns(0, RunResult::recoveries);
    }
    assertThat(events)
        .singleElement()
        .isInstanceOfSatisfying(
            RecoveryEvent.Degraded.class,
            each ->
                assertThat(each.degradation())
                    .isEqualTo(RecoveryEvent.Degradation.SAMPLING_OVERLOAD));
  }
}
