package io.tinker4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProgressLineTest {
  private static final ProgressLine MIDDLE = line(50, 200, Duration.ofSeconds(2));

  @Test
  void bar_wideTerminal_hasAllFields() {
    assertThat(MIDDLE.bar(120))
        .isEqualTo(
            "[##########------------------------------]"
                + "   50/200  loss 2.500  51k tok/s  ETA 0:06");
  }

  @Test
  void bar_usualTerminal_fillsTheLineButItsLastColumn() {
    assertThat(MIDDLE.bar(70)).hasSize(69).startsWith("[######").contains("ETA 0:06");
  }

  @Test
  void bar_narrowTerminal_dropsTheBarAndThenFields() {
    assertThat(MIDDLE.bar(45)).isEqualTo(" 50/200  loss 2.500  51k tok/s  ETA 0:06");
    assertThat(MIDDLE.bar(35)).isEqualTo(" 50/200  loss 2.500  51k tok/s");
    assertThat(MIDDLE.bar(10)).isEqualTo(" 50/200");
    assertThat(MIDDLE.bar(4)).isEqualTo(" 50");
  }

  @Property
  void bar_always_fitsTheWidth(
      @ForAll @IntRange(min = 1, max = 300) int width,
      @ForAll @IntRange(min = 1, max = 5000) int steps,
      @ForAll @IntRange(min = 0, max = 100) int percent) {
    int step = Math.max(1, (int) ((long) steps * percent / 100));

    assertThat(line(step, steps, Duration.ofMillis(step)).bar(width))
        .hasSizeLessThan(Math.max(2, width));
  }

  @Test
  void bar_lastStep_isFullWithNothingLeft() {
    assertThat(line(200, 200, Duration.ofSeconds(8)).bar(120))
        .startsWith("[" + "#".repeat(40) + "]")
        .endsWith("ETA 0:00");
  }

  @Test
  void plain_isOneLineWithAllFields() {
    assertThat(MIDDLE.plain()).isEqualTo("step  50/200  loss 2.500  51k tok/s  ETA 0:06");
  }

  @ParameterizedTest
  @CsvSource({"2, 2", "7, 7", "20, 20", "200, 21", "1000, 21"})
  void isMilestone_isTrueAboutTwentyTimes(int steps, int milestones) {
    assertThat(
            IntStream.rangeClosed(1, steps)
                .filter(step -> line(step, steps, Duration.ZERO).isMilestone()))
        .hasSize(milestones)
        .startsWith(1)
        .endsWith(steps);
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0",
    "87, 87",
    "999.4, 999",
    "1234, 1.2k",
    "51200, 51k",
    "999400, 999k",
    "999600, 1.0M",
    "12345678, 12M"
  })
  void quantity_hasFewDigits(double value, String expected) {
    assertThat(ProgressLine.quantity(value)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({"PT0S, 0:00", "PT0.2S, 0:01", "PT61S, 1:01", "PT59M59S, 59:59", "PT3H2M1S, 3:02:01"})
  void clock_roundsUp(Duration duration, String expected) {
    assertThat(ProgressLine.clock(duration)).isEqualTo(expected);
  }

  private static ProgressLine line(int step, int steps, Duration elapsed) {
    return new ProgressLine(step, steps, 2.5, new ProgressLine.Pace(step * 2048L, elapsed));
  }

  @Test
  void remaining_ofAJobThatWentOn_countsItsOwnSteps() {
    ProgressLine.Pace pace = new ProgressLine.Pace(100, Duration.ofSeconds(10));

    assertThat(new ProgressLine(60, 100, 1, pace, 50).plain()).endsWith("ETA 0:40");
    assertThat(new ProgressLine(50, 100, 1, pace).plain()).endsWith("ETA 0:10");
  }
}
