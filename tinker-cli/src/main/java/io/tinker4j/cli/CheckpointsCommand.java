package io.tinker4j.cli;

import io.tinker4j.training.CheckpointsClient;
import io.tinker4j.training.ServiceClient;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Reader;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code tinker checkpoints}. */
@Command(
    name = "checkpoints",
    description = "Deletes checkpoints of a server.",
    synopsisSubcommandLabel = "COMMAND")
final class CheckpointsCommand implements Runnable {
  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "Missing command");
  }

  /** {@code tinker checkpoints delete}. */
  @Command(
      name = "delete",
      description = {
        "Deletes checkpoints for ever; asks before.",
        "One that cannot be deleted does not keep the others; the exit code is then 1."
      })
  static final class DeleteCommand implements Callable<Integer> {
    private static final Set<String> ANSWERS = Set.of("y", "yes");

    private final Main main;
    private final Reader in;

    @Spec private CommandSpec spec = CommandSpec.create();
    @Mixin private ClientOptions client = new ClientOptions();

    @Parameters(paramLabel = "PATH", arity = "1..*", description = "Checkpoints, tinker://…")
    private List<String> paths = List.of();

    @Option(names = "--force", description = "Deletes published ones, too.")
    private boolean force;

    @Option(
        names = {"-y", "--yes"},
        description = "Deletes without asking, for scripts.")
    private boolean isAgreed;

    DeleteCommand(Main main, Reader in) {
      this.main = main;
      this.in = in;
    }

    @Override
    public Integer call() throws IOException {
      CommandLine command = spec.commandLine();
      String baseUrl = client.baseUrl();
      if (baseUrl == null) {
        throw new ParameterException(
            command, "checkpoints are of a server; name it with --base-url");
      }
      SdkLog.printTo(command.getErr(), client.isVerbose());
      try (TrainingServer server = RemoteServer.reach(baseUrl, client.apiKey());
          ServiceClient service = server.connect()) {
        if (!isAgreed && !agrees(command.getErr())) {
          throw new CommandException("nothing was deleted; --yes deletes without asking");
        }
        return print(service.createRestClient().checkpoints().deleteAll(paths, force));
      } catch (IllegalArgumentException e) {
        throw new CommandException(String.valueOf(e.getMessage()), e);
      }
    }

    private boolean agrees(PrintWriter err) throws IOException {
      err.print(
          paths.size() == 1
              ? "Delete " + paths.get(0) + "? [y/N] "
              : "Delete " + paths.size() + " checkpoints? [y/N] ");
      err.flush();
      String answer = new BufferedReader(in).readLine();
      return answer != null && ANSWERS.contains(answer.strip().toLowerCase(Locale.ROOT));
    }

    private int print(List<CheckpointsClient.Deletion> deletions) {
      PrintWriter out = spec.commandLine().getOut();
      List<String> deleted = new ArrayList<>();
      List<String> kept = new ArrayList<>();
      for (CheckpointsClient.Deletion deletion : deletions) {
        (deletion.failure().isEmpty() ? deleted : kept).add(deletion.tinkerPath());
        if (!main.printsJson()) {
          out.println(VisibleText.of(deletion.toString()));
        } else if (deletion.failure().isPresent()) {
          spec.commandLine().getErr().println(VisibleText.of(deletion.toString()));
        }
      }
      if (main.printsJson()) {
        out.println(JsonText.write(Map.of("deleted", deleted, "kept", kept)));
      }
      return kept.isEmpty() ? CommandLine.ExitCode.OK : CommandLine.ExitCode.SOFTWARE;
    }
  }
}
