package io.tinker4j.recovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tinker4j.recovery.journal.CheckpointRecord;
import io.tinker4j.recovery.journal.DataPosition;
import io.tinker4j.transport.Backoff;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class SettingsTest {
  private static final Instant NOW = Instant.parse("2026-11-24T10:00:00Z");

  private static Arguments bad(String field, Runnable build) {
    return Arguments.of(field, build);
  }

  static List<Arguments> badValues() {
    return List.of(
        bad("maxAttempts", () -> RecoveryPolicy.builder().maxAttempts(0).build()),
        bad("attemptTimeout", () -> RecoveryPolicy.builder().attemptTimeout(Duration.ZERO).build()),
        bad("pollInterval", () -> RecoveryPolicy.builder().pollInterval(Duration.ZERO).build()),
        bad("maxFallbacks", () -> RecoveryPolicy.builder().maxFallbacks(-1).build()),
        bad(
            "maxConcurrentRecoveries",
            () -> RecoveryPolicy.builder().maxConcurrentRecoveries(0).build()),
        bad("maxRecoveriesPerHour", () -> RecoveryPolicy.builder().maxRecoveriesPerHour(0).build()),
        bad(
            "progressDeadline",
            () -> RecoveryPolicy.builder().progressDeadline(Duration.ofSeconds(-1)).build()),
        bad("probeTolerance", () -> RecoveryPolicy.builder().probeTolerance(Double.NaN).build()),
        bad(
            "verifyOptimizer",
            () -> RecoveryPolicy.builder().verifyOptimizer(true).restoreOptimizer(false).build()),
        bad("path", () -> new RecoveryPolicy.CheckpointChoice.Specific("weights/a")),
        bad("name", () -> new BestMetric(" ", BestMetric.Goal.MIN)),
        bad("everySteps", () -> CheckpointSchedule.builder().everySteps(0).build()),
        bad("every", () -> CheckpointSchedule.builder().every(Duration.ZERO).build()),
        bad("ttl", () -> CheckpointSchedule.builder().ttl(Duration.ZERO).build()),
        bad("keepLast", () -> RetentionPolicy.builder().keepLast(0).build()),
        bad("keepEvery", () -> RetentionPolicy.builder().keepEvery(0).build()),
        bad("maxAge", () -> RetentionPolicy.builder().maxAge(Duration.ZERO).build()),
        bad("everySteps", () -> new PeriodicEvaluation(0, (client, step) -> Map.of())));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("badValues")
  void badValue_isRefusedByTheNameOfItsField(String field, Runnable build) { // readiness: S6
    assertThatThrownBy(build::run)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith(field + " is ");
  }

  @Test
  void policy_hasTheDefaultsOfTheContract() {
    RecoveryPolicy policy = RecoveryPolicy.builder().build();

    assertThat(policy.maxAttempts()).isEqualTo(3);
    assertThat(policy.backoff())
        .isEqualTo(new Backoff(Duration.ofSeconds(5), Duration.ofSeconds(60), 0.25));
    assertThat(policy.attemptTimeout()).isEqualTo(Duration.ofMinutes(10));
    assertThat(policy.pollInterval()).isEqualTo(Duration.ofSeconds(30));
    assertThat(policy.checkpointChoice())
        .isEqualTo(new RecoveryPolicy.CheckpointChoice.LatestValid());
    assertThat(policy.maxFallbacks()).isEqualTo(3);
    assertThat(policy.restoreOptimizer()).isTrue();
    assertThat(policy.onOptimizerLost()).isEqualTo(RecoveryPolicy.OptimizerLoss.FAIL);
    assertThat(policy.maxConcurrentRecoveries()).isEqualTo(1);
    assertThat(policy.replayTail()).isTrue();
  }

  @Test
  void schedule_followsEachOfItsRules() { // readiness: F9, U5, U7
    CheckpointSchedule plain = CheckpointSchedule.builder().build();
    CheckpointSchedule timed =
        CheckpointSchedule.builder().every(Duration.ofMinutes(5)).everyEpoch(true).build();

    assertThat(
            LongStream.rangeClosed(1, 1000)
                .filter(step -> plain.shouldSave(step, false, Duration.ZERO)))
        .hasSize(10);
    assertThat(timed.shouldSave(100, false, Duration.ofMinutes(4))).isFalse();
    assertThat(timed.shouldSave(101, false, Duration.ofMinutes(5))).isTrue();
    assertThat(timed.shouldSave(102, true, Duration.ZERO)).isTrue();
  }

  private static CheckpointRecord checkpoint(long step, double loss) {
    return CheckpointRecord.builder()
        .path("tinker://run/weights/" + step)
        .step(step)
        .savedAt(NOW.plusSeconds(step))
        .position(DataPosition.START)
        .lineage(0)
        .configHash("abc")
        .putMetrics("loss", loss)
        .build();
  }

  @Test
  void retention_of30Saves_keepsTheLast5AndTheBest() { // readiness: M7, U6, U7
    List<CheckpointRecord> all = new ArrayList<>();
    for (long step = 1; step <= 30; step++) {
      all.add(checkpoint(step, step == 9 ? 0.5 : 1));
    }
    RetentionPolicy policy =
        RetentionPolicy.builder().keepBest(new BestMetric("loss", BestMetric.Goal.MIN)).build();

    List<CheckpointRecord> kept = new ArrayList<>(all);
    kept.removeAll(policy.toDelete(all, NOW));

    assertThat(kept)
        .extracting(CheckpointRecord::step)
        .containsExactly(9L, 26L, 27L, 28L, 29L, 30L);
  }

  @Test
  void retention_byPlaceAgeAndPin_neverLetsTheNewestGo() {
    List<CheckpointRecord> all = List.of(checkpoint(10, 1), checkpoint(15, 1), checkpoint(20, 1));
    RetentionPolicy placed = RetentionPolicy.builder().keepLast(1).keepEvery(10).build();
    RetentionPolicy aged = RetentionPolicy.builder().maxAge(Duration.ofSeconds(1)).build();
    RetentionPolicy pinned =
        RetentionPolicy.builder().keepLast(1).addPinned("tinker://run/weights/10").build();

    assertThat(placed.toDelete(all, NOW)).containsExactly(all.get(1));
    assertThat(aged.toDelete(all, NOW.plusSeconds(60))).containsExactly(all.get(0), all.get(1));
    assertThat(pinned.toDelete(all, NOW)).containsExactly(all.get(1));
  }
}
