package io.tinker4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.tinker4j.cli.output.Terminal;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class ProgressDisplayTest {
  private final StringWriter err = new StringWriter();

  @Test
  void show_notATerminal_printsMilestonesAsLines() {
    ProgressDisplay display = display(0);

    for (int step = 1; step <= 100; step++) {
      display.show(line(step, step));
    }
    display.pause();

    assertThat(err.toString().lines()).hasSize(21).allMatch(line -> line.startsWith("step "));
    assertThat(err.toString()).doesNotContain("\r");
  }

  @Test
  void show_terminal_drawsOverTheLine() {
    ProgressDisplay display = display(80);

    display.show(line(1, 0));
    display.show(line(2, 10));
    display.show(line(3, 100));
    display.pause();

    assertThat(draws()).hasSize(3);
    assertThat(draws().get(1)).contains("1/100");
    assertThat(draws().get(2)).contains("3/100").endsWith(System.lineSeparator());
  }

  @Test
  void show_shorterLine_leavesNothingOfTheLongerOne() {
    ProgressDisplay display = display(30);

    display.show(new ProgressLine(1, 100, 12345.678, pace(0)));
    display.show(line(2, 1000));

    assertThat(draws().get(2)).hasSameSizeAs(draws().get(1));
  }

  @Test
  void show_afterEnd_isSilent() {
    ProgressDisplay display = display(80);
    display.show(line(1, 0));
    display.end();
    String before = err.toString();

    display.show(line(100, 1000));

    assertThat(err).hasToString(before);
  }

  private List<String> draws() {
    return List.of(err.toString().split("\r", -1));
  }

  private ProgressDisplay display(int columns) {
    return new ProgressDisplay(new PrintWriter(err), new Terminal(columns));
  }

  private static ProgressLine line(int step, int millis) {
    return new ProgressLine(step, 100, 2.5, pace(millis));
  }

  private static ProgressLine.Pace pace(int millis) {
    return new ProgressLine.Pace(1000, Duration.ofMillis(millis));
  }
}
