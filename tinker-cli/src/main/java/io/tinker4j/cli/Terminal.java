package io.tinker4j.cli;

import java.util.Objects;

/**
 * What is known of the screen behind stderr.
 *
 * @param columns its width, 0 when stderr is not a terminal
 */
record Terminal(int columns) {
  /** Set by the launcher, which can ask the system; Java cannot tell stderr from stdout. */
  static final String COLUMNS = "tinker.columns";

  private static final int USUAL_COLUMNS = 80;

  /** Asks the launcher, and without one the JVM. */
  static Terminal detect() {
    Integer columns = Integer.getInteger(COLUMNS);
    if (columns != null) {
      return new Terminal(Math.max(0, columns));
    }
    return new Terminal(Objects.isNull(System.console()) ? 0 : USUAL_COLUMNS);
  }

  /** Whether a line can be drawn over. */
  boolean isInteractive() {
    return columns > 0;
  }
}
