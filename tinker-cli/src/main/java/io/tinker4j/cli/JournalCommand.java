package io.tinker4j.cli;

import io.tinker4j.recovery.JournalEntry;
import io.tinker4j.recovery.JournalVerification;
import io.tinker4j.recovery.ProgressJournal;
import io.tinker4j.training.ServiceClient;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Reader;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code tinker journal}: looks at the journals of resumable runs, and repairs them. */
@Command(
    name = "journal",
    description = "Shows, verifies and repairs the journal of a resumable training run.",
    synopsisSubcommandLabel = "COMMAND")
final class JournalCommand implements Runnable {
  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "Missing command");
  }

  /** {@code tinker journal show}. */
  @Command(
      name = "show",
      description =
          "Prints what a journal says, an entry a line, as JSON. Changes nothing; the run may be"
              + " under way.")
  static final class ShowCommand implements Runnable {
    @Spec private CommandSpec spec = CommandSpec.create();

    @Parameters(paramLabel = "JOURNAL", description = "The directory of the journal.")
    private Path journal = Path.of("");

    @Override
    public void run() {
      for (JournalEntry entry : ProgressJournal.read(journal)) {
        spec.commandLine().getOut().println(entry.toJson());
      }
    }
  }

  /** {@code tinker journal verify}. */
  @Command(
      name = "verify",
      description =
          "Proves from a journal that every step was taken exactly once and that its file is whole,"
              + " and asks the server whether the checkpoints are there, if one is named. Ends with"
              + " exit code 1 if not.")
  static final class VerifyCommand implements Callable<Integer> {
    private final Main main;

    @Spec private CommandSpec spec = CommandSpec.create();
    @Mixin private ClientOptions client = new ClientOptions();

    @Parameters(paramLabel = "JOURNAL", description = "The directory of the journal.")
    private Path journal = Path.of("");

    VerifyCommand(Main main) {
      this.main = main;
    }

    @Override
    public Integer call() {
      JournalVerification.Report report = verify();
      Map<String, @Nullable Object> fields = new LinkedHashMap<>();
      fields.put("steps_applied", report.steps().applied());
      fields.put("steps_rolled_back", report.steps().rolledBack());
      fields.put("steps_replayed", report.steps().replayed());
      fields.put("steps_doubled", report.doubled().size());
      fields.put("steps_lost", report.lost().size());
      fields.put("checkpoints_missing", report.missing());
      fields.put("damage", report.condition().damage().stream().map(JournalCommand::text).toList());
      fields.put("tokens_overlapping", report.condition().overlapping());
      print(main, spec, fields);
      return report.isSound() ? CommandLine.ExitCode.OK : CommandLine.ExitCode.SOFTWARE;
    }

    private JournalVerification.Report verify() {
      String url = client.baseUrl();
      if (url == null) {
        return JournalVerification.verify(journal);
      }
      try (ServiceClient service = RemoteServer.reach(url, client.apiKey()).connect()) {
        return JournalVerification.verify(journal, service.createRestClient());
      }
    }
  }

  private static void print(Main main, CommandSpec spec, Map<String, @Nullable Object> fields) {
    PrintWriter out = spec.commandLine().getOut();
    if (main.printsJson()) {
      out.println(JsonText.write(fields));
    } else {
      fields.forEach((name, value) -> out.printf("%-20s %s%n", name.replace('_', ' '), value));
    }
  }

  private static String text(JournalVerification.Damage damage) {
    return "%d bytes at byte %d: %s".formatted(damage.length(), damage.offset(), damage.what());
  }

  /** {@code tinker journal repair}. */
  @Command(
      name = "repair",
      description =
          "Copies what is whole of a damaged journal into a new one, so that the run can go on, and"
              + " keeps the damaged one under another name. Says what it would do and asks before.")
  static final class RepairCommand implements Callable<Integer> {
    private final Main main;
    private static final Set<String> ANSWERS = Set.of("y", "yes");

    private final Reader in;

    @Spec private CommandSpec spec = CommandSpec.create();

    @Parameters(paramLabel = "JOURNAL", description = "The directory of the journal.")
    private Path journal = Path.of("");

    @Option(
        names = {"-y", "--yes"},
        description = "Repairs without asking, for scripts.")
    private boolean isAgreed;

    RepairCommand(Main main, Reader in) {
      this.main = main;
      this.in = in;
    }

    @Override
    public Integer call() throws IOException {
      PrintWriter err = spec.commandLine().getErr();
      ProgressJournal.RepairPlan plan = ProgressJournal.planRepair(journal);
      if (!plan.isNeeded()) {
        err.println("There is nothing to repair in " + journal + ".");
        return CommandLine.ExitCode.OK;
      }
      plan.damage().forEach(each -> err.println(text(each)));
      err.printf(
          "%d entries will be kept, %d whole ones left out because they count on what is lost.%n",
          plan.kept(), plan.left());
      if (!isAgreed && !agrees(err)) {
        throw new CommandException("nothing was changed; --yes repairs without asking");
      }
      Path damaged = ProgressJournal.repair(journal);
      Map<String, @Nullable Object> fields = new LinkedHashMap<>();
      fields.put("entries_kept", plan.kept());
      fields.put("entries_left", plan.left());
      fields.put("damaged_journal", damaged.toString());
      print(main, spec, fields);
      return CommandLine.ExitCode.OK;
    }

    private boolean agrees(PrintWriter err) throws IOException {
      err.print("Repair? [y/N] ");
      err.flush();
      String answer = new BufferedReader(in).readLine();
      return answer != null && ANSWERS.contains(answer.strip().toLowerCase(Locale.ROOT));
    }
  }
}
