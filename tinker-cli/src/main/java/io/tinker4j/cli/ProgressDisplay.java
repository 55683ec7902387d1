package io.tinker4j.cli;

import io.tinker4j.cli.output.Terminal;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Shows progress on stderr: a bar that is drawn over on a terminal, a line now and then elsewhere.
 * Thread-safe, because an interrupt ends it from another thread.
 */
final class ProgressDisplay {
  private static final Duration REDRAW = Duration.ofMillis(50);

  private final PrintWriter err;
  private final Terminal terminal;
  private final ReentrantLock lock = new ReentrantLock(); // guards: drawn, drawnAt, ended
  private int drawn;
  private Duration drawnAt = Duration.ofSeconds(-1);
  private boolean ended;

  ProgressDisplay(PrintWriter err, Terminal terminal) {
    this.err = err;
    this.terminal = terminal;
  }

  /** Shows a step. */
  void show(ProgressLine line) {
    lock.lock();
    try {
      if (ended) {
        return;
      }
      if (terminal.isInteractive()) {
        draw(line);
      } else if (line.isMilestone()) {
        err.println(line.plain());
      }
    } finally {
      lock.unlock();
    }
  }

  /** Shows a text in place of the bar, on a terminal only. */
  void note(String text) {
    lock.lock();
    try {
      if (!ended && terminal.isInteractive()) {
        err.print("\r" + text + " ".repeat(Math.max(0, drawn - text.length())));
        err.flush();
        drawn = text.length();
      }
    } finally {
      lock.unlock();
    }
  }

  /** Leaves the bar as it is and goes to a new line, for other output. */
  void pause() {
    lock.lock();
    try {
      newLine();
    } finally {
      lock.unlock();
    }
  }

  /** Does what {@link #pause} does and shows nothing from now on. */
  void end() {
    lock.lock();
    try {
      newLine();
      ended = true;
    } finally {
      lock.unlock();
    }
  }

  private void draw(ProgressLine line) {
    Duration now = line.pace().elapsed();
    if (line.step() < line.steps() && now.minus(drawnAt).compareTo(REDRAW) < 0) {
      return;
    }
    String text = line.bar(terminal.columns());
    err.print("\r" + text + " ".repeat(Math.max(0, drawn - text.length())));
    err.flush();
    drawn = text.length();
    drawnAt = now;
  }

  private void newLine() {
    if (drawn > 0) {
      err.println();
      drawn = 0;
    }
  }
}
