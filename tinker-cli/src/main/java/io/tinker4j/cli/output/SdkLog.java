package io.tinker4j.cli.output;

import java.io.PrintWriter;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;

/** Prints what the SDK logs as single lines. */
public final class SdkLog extends Handler {
  private static final String OURS = "io.tinker4j";

  private final PrintWriter err;
  private final boolean verbose;
  private final SimpleFormatter formatter = new SimpleFormatter();

  private SdkLog(PrintWriter err, boolean verbose) {
    this.err = err;
    this.verbose = verbose;
  }

  /** Makes this the only log of the process: warnings, or everything of the SDK's. */
  public static void printTo(PrintWriter err, boolean verbose) {
    Logger root = Logger.getLogger("");
    for (Handler handler : root.getHandlers()) {
      root.removeHandler(handler);
    }
    root.addHandler(new SdkLog(err, verbose));
    root.setLevel(verbose ? Level.FINE : Level.INFO);
  }

  @Override
  public void publish(LogRecord entry) {
    boolean isOurs = String.valueOf(entry.getLoggerName()).startsWith(OURS);
    Level least = isOurs && verbose ? Level.FINE : isOurs ? Level.INFO : Level.WARNING;
    if (entry.getLevel().intValue() >= least.intValue()) {
      err.println(label(entry.getLevel()) + ": " + formatter.formatMessage(entry));
    }
  }

  private static String label(Level level) {
    if (level.intValue() >= Level.WARNING.intValue()) {
      return "Warning";
    }
    return level.intValue() >= Level.INFO.intValue() ? "Server" : "Debug";
  }

  @Override
  public void flush() {
    err.flush();
  }

  @Override
  public void close() {}
}
