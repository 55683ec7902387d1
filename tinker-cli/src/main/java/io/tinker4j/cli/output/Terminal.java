package io.tinker4j.cli.output;

import java.nio.charset.Charset;
import java.util.Objects;

/**
 * What is known of the screens behind the standard streams.
 *
 * @param columns the width of the one behind stderr, 0 when stderr is not a terminal
 * @param outColumns the width of the one behind stdout, 0 when stdout is not a terminal
 * @param drawsBoxes whether stdout's charset has the characters that tables are drawn with
 */
public record Terminal(int columns, int outColumns, boolean drawsBoxes) {
  /** Set by the launcher, which can ask the system; Java cannot tell stderr from stdout. */
  public static final String COLUMNS = "tinker.columns";

  /** The same for stdout. */
  public static final String OUT_COLUMNS = "tinker.outColumns";

  private static final int USUAL_COLUMNS = 80;

  /** A terminal behind stderr alone. */
  public Terminal(int columns) {
    this(columns, 0, true);
  }

  /** Asks the launcher, and without one the JVM. */
  public static Terminal detect() {
    return new Terminal(columns(COLUMNS), columns(OUT_COLUMNS), canDraw(System.out.charset()));
  }

  private static int columns(String property) {
    Integer columns = Integer.getInteger(property);
    if (columns != null) {
      return Math.max(0, columns);
    }
    return Objects.isNull(System.console()) ? 0 : USUAL_COLUMNS;
  }

  private static boolean canDraw(Charset charset) {
    return charset.canEncode() && charset.newEncoder().canEncode("┏━┳┓┃┡╇┩│└┴┘");
  }

  /** Whether a line of stderr can be drawn over. */
  public boolean isInteractive() {
    return columns > 0;
  }
}
