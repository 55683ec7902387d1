package io.tinker4j.cli;

import io.tinker4j.cli.access.AuthCommand;
import io.tinker4j.cli.access.ClientOptions;
import io.tinker4j.cli.access.ConfigCommand;
import io.tinker4j.cli.access.Surroundings;
import io.tinker4j.cli.doctor.DoctorCommand;
import io.tinker4j.cli.output.CommandGroup;
import io.tinker4j.cli.output.Console;
import io.tinker4j.cli.output.ErrorReport;
import io.tinker4j.cli.output.Format;
import io.tinker4j.cli.output.Terminal;
import io.tinker4j.cli.schema.SchemaCommand;
import io.tinker4j.cli.service.BillingCommand;
import io.tinker4j.cli.service.CheckpointCommand;
import io.tinker4j.cli.service.RecoverCommand;
import io.tinker4j.cli.service.RunCommand;
import io.tinker4j.cli.service.SessionCommand;
import io.tinker4j.transport.Time;
import io.tinker4j.transport.client.ApiClient;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.io.Reader;
import java.nio.charset.Charset;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/**
 * The entry of the {@code tinker} command.
 *
 * <p>Exit codes: 0 for success, 1 for an error that is reported as {@code Error: <message>}, 2 for
 * wrong usage, 3 when a budget is used up, 130 and 143 after Ctrl-C and SIGTERM.
 */
@Command(
    name = "tinker",
    description = "Fine-tunes language models with the Tinker API.",
    versionProvider = Main.Version.class)
public final class Main extends CommandGroup {
  @Option(
      names = {"-f", "--format"},
      paramLabel = "table|json|jsonl",
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

  @Option(names = "--version", versionHelp = true, description = "Prints the version.")
  @SuppressWarnings("UnusedVariable") // picocli reads it
  private boolean version;

  private final Surroundings surroundings;

  private Main(Surroundings surroundings) {
    this.surroundings = surroundings;
  }

  /** What {@code tinker --version} prints. */
  static final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
      return new String[] {"tinker " + ApiClient.version()};
    }
  }

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
    return commandLine(terminal, in, Surroundings.system(), Time.system());
  }

  /** Returns the command as it is in those surroundings, at the time of that clock. */
  static CommandLine commandLine(
      Terminal terminal, Reader in, Surroundings surroundings, Time time) {
    Main main = new Main(surroundings);
    Console console = new Console(terminal, in, () -> main.format, time);
    ErrorReport errors = new ErrorReport();
    return new CommandLine(main)
        .addSubcommand(new VersionCommand())
        .addSubcommand(new QuickstartCommand(main, terminal))
        .addSubcommand(new TrainCommand(main, terminal))
        .addSubcommand(new SampleCommand(main, terminal, in))
        .addSubcommand(new RenderCommand(main, terminal))
        .addSubcommand(new TokenizeCommand(main, in))
        .addSubcommand(RunCommand.create(console, surroundings))
        .addSubcommand(CheckpointCommand.create(console, surroundings))
        .addSubcommand(SessionCommand.create(console, surroundings))
        .addSubcommand(BillingCommand.create(console, surroundings))
        .addSubcommand(AuthCommand.create(console, surroundings))
        .addSubcommand(ConfigCommand.create(console, surroundings))
        .addSubcommand(new DoctorCommand(console, surroundings))
        .addSubcommand(
            new CommandLine(new JournalCommand())
                .addSubcommand(new JournalCommand.ShowCommand())
                .addSubcommand(new JournalCommand.VerifyCommand(main))
                .addSubcommand(new JournalCommand.RepairCommand(main, in)))
        .addSubcommand(new RecoverCommand(console, surroundings))
        .addSubcommand(new ServerCommand())
        .addSubcommand(new ConformanceCommand(main))
        .addSubcommand(new SchemaCommand(console))
        .addSubcommand(new CompletionCommand())
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setUsageHelpAutoWidth(true)
        .setExecutionExceptionHandler(errors)
        .setParameterExceptionHandler(errors);
  }

  /** Whether results are to be printed as JSON. */
  boolean printsJson() {
    return format != Format.TABLE;
  }

  /** Returns new options for a command that talks to a server. */
  ClientOptions clientOptions() {
    return new ClientOptions(surroundings);
  }
}
