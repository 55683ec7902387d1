package io.tinker4j.recovery;

import static io.tinker4j.testkit.fault.RequestMatcher.operation;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tinker4j.recovery.journal.CheckpointRecord;
import io.tinker4j.recovery.store.JournalState;
import io.tinker4j.testkit.fault.Fault;
import io.tinker4j.testkit.fault.FaultScript;
import io.tinker4j.training.ServiceClient;
import io.tinker4j.transport.Backoff;
import java.nio.file.Path;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every setting that is a time: what is none is refused when it is set, all else is borne. */
@Timeout(60)
class DurationSettingsTest {
  private static final Duration NANO = Duration.ofNanos(1);
  private static final Duration CENTURIES = Duration.ofDays(300 * 365);
  private static final Duration FOREVER = ChronoUnit.FOREVER.getDuration();

  @TempDir private Path directory;
  private final TestRuns runs = new TestRuns();

  @AfterEach
  void stop() {
    runs.close();
  }

  /** Sets one time. */
  interface Setting {
    Object of(Duration value);
  }

  private static Arguments named(String name, Setting setting) {
    return Arguments.of(name, setting);
  }

  private static Stream<Arguments> settings() {
    Duration day = Duration.ofDays(1);
    return Stream.of(
        named("attemptTimeout", value -> RecoveryPolicy.builder().attemptTimeout(value).build()),
        named("capacityWait", value -> RecoveryPolicy.builder().capacityWait(value).build()),
        named("pollInterval", value -> RecoveryPolicy.builder().pollInterval(value).build()),
        named(
            "progressDeadline", value -> RecoveryPolicy.builder().progressDeadline(value).build()),
        named(
            "first",
            value -> RecoveryPolicy.builder().backoff(new Backoff(value, day, 0.5)).build()),
        named(
            "longest",
            value -> RecoveryPolicy.builder().backoff(new Backoff(day, value, 0.5)).build()),
        named("every", value -> CheckpointSchedule.builder().every(value).build()),
        named("maxAge", value -> RetentionPolicy.builder().maxAge(value).build()),
        named("save", value -> CheckpointIntervalAdvisor.interval(value, day)),
        named("mtbf", value -> CheckpointIntervalAdvisor.interval(day, value)),
        named("step", value -> CheckpointIntervalAdvisor.steps(value, day, day)));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("settings")
  void timeThatIsNotPositive_isRefusedByName_andAnyOtherIsTaken(String name, Setting setting) {
    for (Duration bad : List.of(Duration.ZERO, Duration.ofSeconds(-1), NANO.negated())) {
      assertThatThrownBy(() -> setting.of(bad))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage(name + " is " + bad + "; it must be positive");
    }
    for (Duration good : List.of(NANO, CENTURIES, FOREVER)) {
      assertThat(setting.of(good)).isNotNull();
    }
  }

  /** What the server would refuse at the first save is refused before the run. */
  @Test
  void ttl_outsideOfTheServersBounds_isRefusedWhenItIsSet() {
    for (Duration bad :
        List.of(
            Duration.ZERO,
            Duration.ofSeconds(-1),
            NANO,
            Duration.ofMillis(999),
            Duration.ofDays(3651),
            CENTURIES,
            FOREVER)) {
      assertThatThrownBy(() -> CheckpointSchedule.builder().ttl(bad).build())
          .as(bad.toString())
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageStartingWith("ttl is " + bad + "; it must be from ");
    }
    assertThat(CheckpointSchedule.builder().ttl(Duration.ofSeconds(1)).build().ttl()).isPresent();
    assertThat(CheckpointSchedule.builder().ttl(Duration.ofDays(3650)).build().ttl()).isPresent();
  }

  private static Stream<Duration> longTimes() {
    return Stream.of(CENTURIES, FOREVER);
  }

  @ParameterizedTest
  @MethodSource("longTimes")
  void longestTimes_inARunWithAnIncident_areNeverOver(Duration time) throws Exception {
    runs.server.setFaults(FaultScript.of(Fault.on(operation("optim_step")).nth(25).poisonRun()));
    List<RecoveryEvent> events = new ArrayList<>();
    RunResult result;
    try (ServiceClient service = runs.connect();
        RunMonitor monitor =
            RunMonitor.start(
                service.createRestClient(),
                RecoveryPolicy.builder().pollInterval(time).build(),
                runs.time)) {
      result =
          runs.training(30, directory)
              .policy(
                  RecoveryPolicy.builder()
                      .attemptTimeout(time)
                      .capacityWait(time)
                      .pollInterval(time)
                      .progressDeadline(time)
                      .build())
              .schedule(CheckpointSchedule.builder().everySteps(10).every(time).build())
              .retention(RetentionPolicy.builder().keepLast(2).maxAge(time).build())
              .monitor(monitor)
              .listener(events::add)
              .build()
              .resumeOrStart();
    }

    assertThat(result.isComplete()).isTrue();
    assertThat(result.recoveries()).isEqualTo(1);
    assertThat(JournalState.of(ProgressJournal.read(directory)).checkpoints()).hasSize(2);
    assertThat(events).noneMatch(RecoveryEvent.Failed.class::isInstance);
  }

  @Test
  void shortestTimes_inARunWithAnIncident_areBorne() throws Exception {
    runs.server.setFaults(FaultScript.of(Fault.on(operation("optim_step")).nth(25).poisonRun()));

    RunResult result =
        runs.training(30, directory)
            .policy(
                RecoveryPolicy.builder()
                    .backoff(new Backoff(NANO, NANO, 1))
                    .capacityWait(NANO)
                    .build())
            .schedule(CheckpointSchedule.builder().every(NANO).build())
            .retention(RetentionPolicy.builder().maxAge(NANO).build())
            .build()
            .resumeOrStart();

    assertThat(result.isComplete()).isTrue();
    assertThat(JournalState.of(ProgressJournal.read(directory)).checkpoints())
        .extracting(CheckpointRecord::step)
        .contains(30L);
  }

  @Test
  void longestWaitForCapacity_isWaitedForInTheStepsOfTheBackoff() {
    RecoveryPolicy policy =
        RecoveryPolicy.builder().capacityWait(FOREVER).progressDeadline(FOREVER).build();
    RecoveryBudget budget = new RecoveryBudget(policy, runs.time);

    for (int i = 0; i < 1_000; i++) {
      assertThat(budget.capacityWait(1).orElseThrow()).isPositive();
      assertThat(budget.reached()).isNull();
    }
  }

  @Test
  void advice_forTimesBeyondNanoseconds_isBetweenSaveAndMtbf() {
    assertThat(CheckpointIntervalAdvisor.interval(NANO, NANO)).isEqualTo(NANO);
    assertThat(CheckpointIntervalAdvisor.interval(Duration.ofSeconds(2), FOREVER))
        .isGreaterThan(Duration.ofHours(20));
    assertThat(CheckpointIntervalAdvisor.interval(FOREVER, Duration.ofDays(1)))
        .isEqualTo(Duration.ofDays(1));
    assertThat(CheckpointIntervalAdvisor.steps(FOREVER, FOREVER, FOREVER)).isOne();
  }
}
