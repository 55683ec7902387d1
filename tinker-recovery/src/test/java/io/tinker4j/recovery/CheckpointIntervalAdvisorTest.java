package io.tinker4j.recovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

// readiness: M5
class CheckpointIntervalAdvisorTest {
  @ParameterizedTest
  @CsvSource({"PT20S, PT24H, PT30M59.032S", "PT1S, PT50S, PT10S", "PT2M, PT6H, PT37M56.84S"})
  void interval_isTheRootOfTwiceSaveTimesMtbf(Duration save, Duration mtbf, Duration expected) {
    Duration interval = CheckpointIntervalAdvisor.interval(save, mtbf);

    assertThat(interval).isCloseTo(expected, Duration.ofMillis(5));
  }

  @Test
  void interval_saveSlowerThanFailures_isNotLongerThanTheMeanTime() {
    assertThat(CheckpointIntervalAdvisor.interval(Duration.ofHours(1), Duration.ofMinutes(30)))
        .isEqualTo(Duration.ofMinutes(30));
  }

  @Test
  void steps_areAtLeastOne() {
    Duration second = Duration.ofSeconds(1);

    assertThat(CheckpointIntervalAdvisor.steps(second, second, Duration.ofSeconds(50)))
        .isEqualTo(10);
    assertThat(CheckpointIntervalAdvisor.steps(Duration.ofHours(1), second, Duration.ofSeconds(50)))
        .isEqualTo(1);
  }

  @Test
  void interval_timeNotPositive_isRefusedByName() {
    assertThatThrownBy(() -> CheckpointIntervalAdvisor.interval(Duration.ZERO, Duration.ofHours(1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("save");
  }
}
