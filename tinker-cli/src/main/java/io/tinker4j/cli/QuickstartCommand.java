package io.tinker4j.cli;

import io.tinker4j.cli.access.ClientOptions;
import io.tinker4j.cli.output.InterruptHook;
import io.tinker4j.cli.output.JsonText;
import io.tinker4j.cli.output.SdkLog;
import io.tinker4j.cli.output.Terminal;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code tinker quickstart}. */
@Command(
    name = "quickstart",
    description = {
      "Fine-tunes a model while you watch: samples, trains, saves half-way, reloads the "
          + "checkpoint in a fresh client, trains on, samples again.",
      "Without --base-url it starts a server of its own with a tiny model that learns within "
          + "seconds."
    })
final class QuickstartCommand implements Callable<Integer> {
  private static final int INTERRUPTED = 130;

  private final Main main;
  private final Terminal terminal;

  @Spec private CommandSpec spec = CommandSpec.create();
  @Mixin private ClientOptions client;
  @Mixin private QuickstartOptions options = new QuickstartOptions();

  @Option(
      names = "--json",
      description =
          "Prints one JSON object to stdout and all else to stderr: steps, firstLoss and "
              + "finalLoss in nats per token, tokensPerSecond, checkpoint, weightsHash (null for a "
              + "real server).")
  private boolean json;

  QuickstartCommand(Main main, Terminal terminal) {
    this.main = main;
    this.client = main.clientOptions();
    this.terminal = terminal;
  }

  @Override
  public Integer call() {
    CommandLine command = spec.commandLine();
    options.check(command);
    if (client.baseUrl() == null
        && command.getParseResult().hasMatchedOption(ClientOptions.API_KEY)) {
      throw new ParameterException(
          command, "--api-key is for a real server; name it with --base-url");
    }
    PrintWriter err = command.getErr();
    SdkLog.printTo(err, client.isVerbose());
    boolean printsJson = json || main.printsJson();
    TrainingText text = options.text();
    text.note().ifPresent(note -> err.println("Note: " + note));
    TrainingServer server = server();
    server.note().ifPresent(note -> err.println("Note: " + note));
    PrintWriter human = printsJson ? err : command.getOut();
    QuickstartJob job =
        new QuickstartJob(options, text, server, human, new ProgressDisplay(err, terminal));
    QuickstartSummary summary;
    InterruptHook hook = InterruptHook.install(job::interrupt);
    try {
      summary = job.run();
    } catch (RuntimeException e) {
      if (job.isInterrupted()) {
        return INTERRUPTED;
      }
      throw e;
    } finally {
      hook.remove();
      job.close();
    }
    summary.print(human);
    if (printsJson) {
      command.getOut().println(JsonText.write(summary.asJson()));
    }
    return CommandLine.ExitCode.OK;
  }

  private TrainingServer server() {
    String baseUrl = client.baseUrl();
    return baseUrl == null
        ? EmbeddedServer.start(options.stateDirectory(), "--state-dir")
        : RemoteServer.reach(client);
  }
}
