package io.tinker4j.cli;

import io.tinker4j.recovery.JournalEntry;
import io.tinker4j.recovery.JournalVerification;
import io.tinker4j.recovery.ProgressJournal;
import io.tinker4j.training.ServiceClient;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code tinker run}: looks at the journals of resumable runs. */
@Command(
    name = "run",
    description = "Looks at the journal of a resumable training run.",
    synopsisSubcommandLabel = "COMMAND")
final class RunCommand implements Runnable {
  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "Missing command");
  }

  /** {@code tinker run journal}. */
  @Command(
      name = "journal",
      description = {
        "Prints what a journal says, an entry a line, as JSON. Changes nothing; the run may be",
        "under way."
      })
  static final class JournalCommand implements Runnable {
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

  /** {@code tinker run verify}. */
  @Command(
      name = "verify",
      description = {
        "Proves from a journal that every step was taken exactly once, and asks the server whether",
        "the checkpoints are there, if one is named. Ends with exit code 1 if not."
      })
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
      if (main.printsJson()) {
        spec.commandLine().getOut().println(JsonText.write(fields));
      } else {
        fields.forEach((name, value) ->
            spec.commandLine().getOut().printf("%-20s %s%n", name.replace('_', ' '), value));
      }
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
}
