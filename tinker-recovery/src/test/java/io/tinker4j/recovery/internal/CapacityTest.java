package io.tinker4j.recovery.internal;

import static io.tinker4j.testkit.fault.RequestMatcher.operation;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tinker4j.recovery.RecoveryEvent;
import io.tinker4j.recovery.RecoveryEvent.Degradation;
import io.tinker4j.recovery.RecoveryEvent.Degraded;
import io.tinker4j.recovery.RecoveryFailedException;
import io.tinker4j.recovery.RecoveryPolicy;
import io.tinker4j.recovery.ResumableTraining;
import io.tinker4j.recovery.RunResult;
import io.tinker4j.recovery.TestRuns;
import io.tinker4j.testkit.fault.Fault;
import io.tinker4j.testkit.fault.FaultScript;
import io.tinker4j.training.LoraOptions;
import io.tinker4j.training.ServiceClient;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Runs on a server with room for one model. */
@Timeout(60)
class CapacityTest {
  @TempDir private Path directory;
  private final TestRuns runs =
      TestRuns.on(server ->
          server
              .keepsStateInMemory(true)
              .sessionTimeout(Duration.ofDays(1))
              .adapterSlots(1)
              .slotTimeout(Duration.ofMinutes(5)));
  private final List<RecoveryEvent> events = Collections.synchronizedList(new ArrayList<>());

  @AfterEach
  void stop() {
    runs.close();
  }

  private List<Degraded> waits() {
    return events.stream()
        .filter(Degraded.class::isInstance)
        .map(Degraded.class::cast)
        .filter(each -> each.degradation() == Degradation.NO_CAPACITY)
        .toList();
  }

  private ResumableTraining.Builder<?> training() {
    return runs.training(30, directory.resolve("run")).service(this::connect).listener(events::add);
  }

  /** Without sockets, as bytes under way are none that virtual time waits for. */
  private ServiceClient connect() {
    return runs.connecting().transport(runs.server.transport()).build();
  }

  private static RecoveryPolicy.Builder oneAttempt() {
    return RecoveryPolicy.builder().probeTolerance(0).maxAttempts(1);
  }

  private void interruptedAt(long step) {
    assertThatThrownBy(() ->
            training()
                .onStep(result -> {
                  if (result.step() == step) {
                    Thread.currentThread().interrupt();
                  }
                })
                .build()
                .resumeOrStart())
        .isInstanceOf(InterruptedException.class);
  }

  @Test
  void resume_unloadsTheModelThatTheFormerProcessHasLeft() throws Exception {
    interruptedAt(15);

    RunResult result = training().policy(oneAttempt().build()).build().resumeOrStart();

    assertThat(result.isComplete()).isTrue();
    assertThat(waits()).isEmpty();
  }

  @Test
  void modelThatAnIncidentHasLeft_isUnloadedFirst_too() throws Exception {
    runs.server.setFaults(
        FaultScript.of(Fault.on(operation("retrieve_future")).nth(40).expirePromise()));

    RunResult result = training().policy(oneAttempt().build()).build().resumeOrStart();

    assertThat(result.recoveries()).isEqualTo(1);
    assertThat(waits()).isEmpty();
  }

  @Test
  void noCapacity_isWaitedForUntilTheSlotTimesOut_andIsNoAttempt() throws Exception {
    try (ServiceClient other = connect()) {
      Object unused = other.createLoraTrainingClient(TestRuns.MODEL, lora());
    } // its session is finished, and its model stays until the slot times out

    RunResult result = training().policy(oneAttempt().build()).build().resumeOrStart();

    assertThat(result).returns(true, RunResult::isComplete).returns(0, RunResult::recoveries);
    assertThat(waits())
        .isNotEmpty()
        .allSatisfy(each ->
            assertThat(each.reason()).contains("Maximum number of LoRA adapters (1) reached"));
    assertThat(events).noneMatch(RecoveryEvent.Failed.class::isInstance);
  }

  @Test
  void noCapacity_forLongerThanThePolicyWaits_endsTheRun() throws Exception {
    try (ServiceClient other = connect()) {
      Object unused = other.createLoraTrainingClient(TestRuns.MODEL, lora());
      long begin = runs.time.nanoTime();

      assertThatThrownBy(() ->
              training()
                  .policy(oneAttempt().capacityWait(Duration.ofMinutes(20)).build())
                  .build()
                  .resumeOrStart())
          .isInstanceOf(RecoveryFailedException.class)
          .hasMessageContaining("Maximum number of LoRA adapters (1) reached");

      assertThat(Duration.ofNanos(runs.time.nanoTime() - begin))
          .isBetween(Duration.ofMinutes(20), Duration.ofMinutes(40));
    }
  }

  private static LoraOptions lora() {
    return LoraOptions.builder().rank(2).seed(7).build();
  }
}
