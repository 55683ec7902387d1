package io.tinker4j.cli;

import io.tinker4j.cli.access.ClientOptions;
import io.tinker4j.cli.output.CommandException;
import io.tinker4j.cli.output.CommandGroup;
import io.tinker4j.cli.output.JsonText;
import io.tinker4j.recovery.JournalVerification;
import io.tinker4j.recovery.ProgressJournal;
import io.tinker4j.recovery.journal.JournalContents;
import io.tinker4j.recovery.journal.JournalDamage;
import io.tinker4j.recovery.journal.JournalEntry;
import io.tinker4j.recovery.journal.RepairPlan;
import io.tinker4j.training.ServiceClient;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Reader;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
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
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code tinker journal}: looks at the journals of resumable runs, and repairs them. */
@Command(
    name = "journal",
    description = "Shows, verifies and repairs the journal of a resumable training run.")
final class JournalCommand extends CommandGroup {
  /** {@code tinker journal show}. */
  @Command(
      name = "show",
      description =
          "Prints what a journal says, an entry a line, as JSON; of a damaged one what stands"
              + " before the damage, with exit code 1. Changes nothing; the run may be under way.")
  static final class ShowCommand implements Callable<Integer> {
    @Spec private CommandSpec spec = CommandSpec.create();

    @Parameters(paramLabel = "JOURNAL", description = "The directory of the journal.")
    private Path journal = Path.of("");

    @Override
    public Integer call() {
      JournalContents contents = ProgressJournal.contents(journal);
      for (JournalEntry entry : contents.entries()) {
        spec.commandLine().getOut().println(entry.toJson());
      }
      if (contents.damage().isEmpty()) {
        return CommandLine.ExitCode.OK;
      }
      PrintWriter err = spec.commandLine().getErr();
      err.printf(
          "The journal is damaged; shown is what stands before that, %s.%n",
          counted(contents.entries().size(), "entry"));
      contents.damage().forEach(err::println);
      err.println(advice(journal));
      return CommandLine.ExitCode.SOFTWARE;
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
    @Mixin private ClientOptions client;

    @Parameters(paramLabel = "JOURNAL", description = "The directory of the journal.")
    private Path journal = Path.of("");

    VerifyCommand(Main main) {
      this.main = main;
      this.client = main.clientOptions();
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
      if (client.baseUrl() != null) {
        fields.put("checkpoints_missing", report.missing());
      } else if (main.printsJson()) {
        fields.put("checkpoints_missing", null);
      } else {
        fields.put("checkpoints", "not checked (no --base-url)");
      }
      List<JournalDamage> damage = report.condition().damage();
      fields.put("damage", damage.stream().map(Object::toString).toList());
      fields.put("tokens_overlapping", report.condition().overlapping());
      print(main, spec, fields);
      if (!damage.isEmpty()) {
        spec.commandLine().getErr().println(advice(journal));
      }
      return report.isSound() ? CommandLine.ExitCode.OK : CommandLine.ExitCode.SOFTWARE;
    }

    private JournalVerification.Report verify() {
      String url = client.baseUrl();
      if (url == null) {
        return JournalVerification.verify(journal);
      }
      try (ServiceClient service = RemoteServer.reach(client).connect()) {
        return JournalVerification.verify(journal, service.createRestClient());
      }
    }
  }

  private static void print(Main main, CommandSpec spec, Map<String, @Nullable Object> fields) {
    PrintWriter out = spec.commandLine().getOut();
    if (main.printsJson()) {
      out.println(JsonText.write(fields));
    } else {
      fields.forEach((name, value) -> print(out, name.replace('_', ' '), value));
    }
  }

  /** Prints the values of a list one below the other. */
  private static void print(PrintWriter out, String name, @Nullable Object value) {
    if (value instanceof List<?> list) {
      print(out, name, list.isEmpty() ? "none" : list.getFirst());
      list.stream().skip(1).forEach(each -> print(out, "", each));
    } else {
      out.printf("%-20s %s%n", name, value);
    }
  }

  private static String advice(Path journal) {
    return ("`tinker journal repair %s`, or ProgressJournal.repair(directory) in Java, copies what"
            + " is whole into a new journal and keeps this one.")
        .formatted(journal);
  }

  private static String counted(long count, String noun) {
    String many = noun.endsWith("y") ? noun.substring(0, noun.length() - 1) + "ies" : noun + "s";
    return count + " " + (count == 1 ? noun : many);
  }

  /** Says what becomes of how many entries. */
  private static String text(RepairPlan plan) {
    StringBuilder text = new StringBuilder();
    text.append(
        "%d of %s can be kept"
            .formatted(plan.kept(), counted(plan.kept() + plan.left() + plan.lost(), "entry")));
    boolean isOne = plan.lost() == 1;
    if (plan.lost() > 0) {
      text.append("; ")
          .append(counted(plan.lost(), "damaged entry"))
          .append(isOne ? " is lost" : " are lost");
    }
    if (plan.left() > 0) {
      text.append(
          ", %d whole ones are left out, as they depend on what is lost".formatted(plan.left()));
    } else if (plan.lost() > 0) {
      text.append(", no other depends on ").append(isOne ? "it" : "them");
    }
    return text.append('.').toString();
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
      RepairPlan plan = ProgressJournal.planRepair(journal);
      if (!plan.isNeeded()) {
        err.println("There is nothing to repair in " + journal + ".");
        return CommandLine.ExitCode.OK;
      }
      plan.damage().forEach(err::println);
      err.println(text(plan));
      if (!isAgreed && !agrees(err)) {
        throw new CommandException("nothing was changed; --yes repairs without asking");
      }
      Path damaged = ProgressJournal.repair(journal);
      Map<String, @Nullable Object> fields = new LinkedHashMap<>();
      fields.put("entries_kept", plan.kept());
      fields.put("entries_left_out", plan.left());
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
