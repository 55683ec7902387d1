package io.tinker4j.cli;

import java.io.PrintWriter;
import java.io.StringReader;
import java.io.StringWriter;
import java.util.List;

/** What a command printed and how it ended. */
record CommandRun(int exitCode, String out, String err) {
  /** Runs the command as {@code main} would, in this JVM and without a terminal. */
  static CommandRun of(String... args) {
    return withInput("", args);
  }

  /** Runs the command with what comes from stdin. */
  static CommandRun withInput(String in, String... args) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int exitCode =
        Main.commandLine(new Terminal(0), new StringReader(in))
            .setOut(new PrintWriter(out, true))
            .setErr(new PrintWriter(err, true))
            .execute(args);
    return new CommandRun(exitCode, out.toString(), err.toString());
  }

  List<String> errLines() {
    return err.lines().toList();
  }
}
