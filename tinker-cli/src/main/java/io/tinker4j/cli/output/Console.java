package io.tinker4j.cli.output;

import io.tinker4j.transport.Time;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Reader;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;

/**
 * What a command prints to and reads from. Results go to stdout, in the format that the user asked
 * for; progress and questions of scripts' formats to stderr. For one thread, but for {@link
 * #isAsking}.
 */
public final class Console {
  private static final Set<String> YES = Set.of("y", "yes");

  private final Terminal terminal;
  private final BufferedReader in;
  private final Supplier<Format> format;
  private final Time time;
  private volatile boolean isAsking;

  /**
   * A console.
   *
   * @param in where answers come from
   * @param format known when the command line is parsed
   */
  public Console(Terminal terminal, Reader in, Supplier<Format> format, Time time) {
    this.terminal = terminal;
    this.in = new BufferedReader(in);
    this.format = format;
    this.time = time;
  }

  /** Returns how results are printed. */
  public Format format() {
    return format.get();
  }

  /** Returns whether results are for people. */
  public boolean printsTables() {
    return format() == Format.TABLE;
  }

  /** Returns the clock. */
  public Time time() {
    return time;
  }

  /** Returns the screens. */
  public Terminal terminal() {
    return terminal;
  }

  /** Prints one thing. */
  public void print(CommandSpec spec, Supplier<Table> table, Map<String, ?> json) {
    print(spec, table, json, List.of(json));
  }

  /**
   * Prints a list of things.
   *
   * @param json all of it as one document
   * @param entries what becomes a line each
   */
  public void print(
      CommandSpec spec,
      Supplier<Table> table,
      Map<String, ?> json,
      List<? extends Map<?, ?>> entries) {
    PrintWriter out = out(spec);
    switch (format()) {
      case TABLE -> out.println(table.get().draw(terminal.outColumns(), terminal.drawsBoxes()));
      case JSON -> out.println(JsonLayout.indented(json));
      case JSONL -> entries.forEach(each -> out.println(JsonLayout.line(each)));
    }
    out.flush();
  }

  /** Prints one thing that has no table, when the format is one for scripts. */
  public void printJson(CommandSpec spec, Map<String, ?> json) {
    out(spec).println(format() == Format.JSON ? JsonLayout.indented(json) : JsonLayout.line(json));
    out(spec).flush();
  }

  /** Prints a sentence of a table's kind to stdout, and with the other formats to stderr. */
  public void say(CommandSpec spec, String text) {
    PrintWriter writer = printsTables() ? out(spec) : err(spec);
    writer.println(text);
    writer.flush();
  }

  /** Shows progress on stderr, unless the format is for scripts. */
  public void progress(CommandSpec spec, String text) {
    if (printsTables()) {
      err(spec).println(text);
      err(spec).flush();
    }
  }

  /** Draws progress over itself on a terminal, and shows nothing elsewhere. */
  public void draw(CommandSpec spec, String text) {
    if (printsTables() && terminal.isInteractive()) {
      err(spec).print("\r" + CellText.padded(text, Math.max(0, terminal.columns() - 1)));
      err(spec).flush();
    }
  }

  /** Ends a line that was drawn. */
  public void drawn(CommandSpec spec) {
    if (printsTables() && terminal.isInteractive()) {
      err(spec).println();
      err(spec).flush();
    }
  }

  /** Asks a question that ends with {@code [y/N]: }; what is not yes is no. */
  public boolean agrees(CommandSpec spec, String question) throws IOException {
    PrintWriter writer = printsTables() ? out(spec) : err(spec);
    writer.print(question + " [y/N]: ");
    writer.flush();
    String answer = readLine();
    return answer != null && YES.contains(answer.strip().toLowerCase(Locale.ROOT));
  }

  /** Reads a line of stdin; null at its end. */
  public @Nullable String readLine() throws IOException {
    isAsking = true;
    try {
      return in.readLine();
    } finally {
      isAsking = false;
    }
  }

  /** Returns whether a line of stdin is waited for. */
  public boolean isAsking() {
    return isAsking;
  }

  /** Returns where results go. */
  public static PrintWriter out(CommandSpec spec) {
    return spec.commandLine().getOut();
  }

  /** Returns where all else goes. */
  public static PrintWriter err(CommandSpec spec) {
    return spec.commandLine().getErr();
  }
}
