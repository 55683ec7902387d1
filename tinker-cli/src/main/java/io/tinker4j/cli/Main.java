package io.tinker4j.cli;

import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.io.Reader;
import java.nio.charset.Charset;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/**
 * The entry of the {@code tinker} command.
 *
 * <p>Exit codes: 0 for success, 1 for an error that is reported as {@code Error: <message>}, 2 for
 * wrong usage.
 */
@Command(
    name = "tinker",
    description = "Fine-tunes language models with the Tinker API.",
    synopsisSubcommandLabel = "COMMAND")
public final class Main implements Runnable {
  /** How results are printed. */
  enum Format {
    TABLE,
    JSON
  }

  @Option(
      names = {"-f", "--format"},
      paramLabel = "table|json",
      defaultValue = "table",
      description = "How results are printed; comes before the command. Default: table.")
  private Format format = Format.TABLE;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      scope = ScopeType.INHERIT,
      description = "Shows this help.")
  @SuppressWarnings("UnusedVariable") // picocli reads it
  private boolean help;

  @Spec private CommandSpec spec = CommandSpec.create();

  private Main() {}

  /** Runs one command and ends the JVM with its exit code. */
  public static void main(String[] args) {
    PrintWriter out = new PrintWriter(System.out, true, System.out.charset());
    PrintWriter err = new PrintWriter(System.err, true, System.err.charset());
    int exitCode = commandLine(Terminal.detect()).setOut(out).setErr(err).execute(args);
    out.flush();
    err.flush();
    System.exit(exitCode);
  }

  /**
   * Runs one command in this JVM and returns its exit code, for programs that embed the command.
   * Blocks until it ends. A command that talks to a server makes its log that of the process.
   *
   * @param in what the command reads from stdin
   * @param out where its results go
   * @param err where errors, progress and the log go
   * @param args as on the command line, such as {@code sample}, {@code --prompt}, {@code Hello}
   */
  public static int run(Reader in, PrintWriter out, PrintWriter err, String... args) {
    int exitCode = commandLine(new Terminal(0), in).setOut(out).setErr(err).execute(args);
    out.flush();
    err.flush();
    return exitCode;
  }

  /** Returns the command with all its subcommands. */
  static CommandLine commandLine(Terminal terminal) {
    return commandLine(terminal, new InputStreamReader(System.in, Charset.defaultCharset()));
  }

  /**
   * Returns the command with all its subcommands.
   *
   * @param in where answers to questions come from
   */
  static CommandLine commandLine(Terminal terminal, Reader in) {
    Main main = new Main();
    ErrorReport errors = new ErrorReport();
    return new CommandLine(main)
        .addSubcommand(new VersionCommand())
        .addSubcommand(new QuickstartCommand(main, terminal))
        .addSubcommand(new TrainCommand(main, terminal))
        .addSubcommand(new SampleCommand(main, terminal, in))
        .addSubcommand(new RenderCommand(main, terminal))
        .addSubcommand(new TokenizeCommand(main, in))
        .addSubcommand(new ServerCommand())
        .addSubcommand(new ConformanceCommand(main))
        .addSubcommand(
            new CommandLine(new CheckpointsCommand())
                .addSubcommand(new CheckpointsCommand.DeleteCommand(main, in)))
        .addSubcommand(
            new CommandLine(new JournalCommand())
                .addSubcommand(new JournalCommand.ShowCommand())
                .addSubcommand(new JournalCommand.VerifyCommand(main))
                .addSubcommand(new JournalCommand.RepairCommand(main, in)))
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setExecutionExceptionHandler(errors)
        .setParameterExceptionHandler(errors);
  }

  /** Whether results are to be printed as JSON. */
  boolean printsJson() {
    return format == Format.JSON;
  }

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "Missing command");
  }
}
