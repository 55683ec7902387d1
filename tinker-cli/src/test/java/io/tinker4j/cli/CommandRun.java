package io.tinker4j.cli;

import io.tinker4j.cli.access.Surroundings;
import io.tinker4j.cli.output.Terminal;
import io.tinker4j.transport.Time;
import java.io.PrintWriter;
import java.io.StringReader;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** What a command printed and how it ended. */
record CommandRun(int exitCode, String out, String err) {
  private static final Surroundings NOTHING_SET =
      new Surroundings(name -> null, name -> null, Path.of("no-such-home"));

  /** Runs the command as {@code main} would, in this JVM and without a terminal. */
  static CommandRun of(String... args) {
    return withInput("", args);
  }

  /** Runs the command with what comes from stdin. */
  static CommandRun withInput(String in, String... args) {
    return in(NOTHING_SET, Time.system(), in, args);
  }

  /** Runs the command with those variables set, and that directory of the user. */
  static CommandRun with(Map<String, String> variables, Path home, String in, String... args) {
    return in(new Surroundings(variables::get, name -> null, home), Time.system(), in, args);
  }

  /** Runs the command in those surroundings, at the time of that clock. */
  static CommandRun in(Surroundings surroundings, Time time, String in, String... args) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int exitCode =
        Main.commandLine(new Terminal(0), new StringReader(in), surroundings, time)
            .setOut(new PrintWriter(out, true))
            .setErr(new PrintWriter(err, true))
            .execute(args);
    return new CommandRun(exitCode, out.toString(), err.toString());
  }

  List<String> errLines() {
    return err.lines().toList();
  }
}
