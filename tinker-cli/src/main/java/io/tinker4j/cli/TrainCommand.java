package io.tinker4j.cli;

import io.tinker4j.cli.access.ClientOptions;
import io.tinker4j.cli.cost.CostOptions;
import io.tinker4j.cli.cost.RunCost;
import io.tinker4j.cli.cost.Spending;
import io.tinker4j.cli.output.CommandException;
import io.tinker4j.cli.output.FileProblem;
import io.tinker4j.cli.output.InterruptHook;
import io.tinker4j.cli.output.JsonText;
import io.tinker4j.cli.output.SdkLog;
import io.tinker4j.cli.output.Terminal;
import io.tinker4j.recovery.RecoveryFailedException;
import io.tinker4j.text.data.ChatData;
import io.tinker4j.text.renderer.Renderer;
import io.tinker4j.text.tokenizer.Tokenizer;
import io.tinker4j.training.ServiceClient;
import io.tinker4j.training.cost.TokenMeter;
import io.tinker4j.transport.Time;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code tinker train}. */
@Command(
    name = "train",
    defaultValueProvider = YamlDefaults.class,
    description = {
      "Fine-tunes a model on files of chats.",
      "All rows are read before the first step, so that a bad one costs nothing. The run survives"
          + " incidents and Ctrl-C: the same command goes on with it. Without --base-url it trains"
          + " a tiny model on a server of its own, in --out."
    })
final class TrainCommand implements Callable<Integer> {
  private static final int OVER_BUDGET = 3;
  private static final int INTERRUPTED = 130;

  /** How long saving may take when the user wants to leave. */
  private static final Duration PATIENCE = Duration.ofMinutes(5);

  private final Main main;
  private final Terminal terminal;

  @Spec private CommandSpec spec = CommandSpec.create();
  @Mixin private ClientOptions client;
  @Mixin private TextOptions text = new TextOptions();
  @Mixin private TrainOptions options = new TrainOptions();
  @Mixin private CostOptions costs = new CostOptions();

  @Option(
      names = "--json",
      description =
          "Prints run.json, with tokens and cost of the run, to stdout and all else to stderr.")
  private boolean json;

  TrainCommand(Main main, Terminal terminal) {
    this.main = main;
    this.client = main.clientOptions();
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    CommandLine command = spec.commandLine();
    options.check(command);
    costs.check(command);
    PrintWriter err = command.getErr();
    SdkLog.printTo(err, client.isVerbose());
    boolean printsJson = json || main.printsJson();
    PrintWriter human = printsJson ? err : command.getOut();
    if (options.isDryRun() && text.model() != null) {
      plan(command, human, text.model(), null);
      return CommandLine.ExitCode.OK;
    }
    if (!options.isDryRun()) {
      createOut();
    }
    try (TrainingServer server = server()) {
      return plan(command, human, model(server), server);
    }
  }

  private void createOut() {
    try {
      Files.createDirectories(options.out());
    } catch (IOException e) {
      throw new CommandException("--out: " + FileProblem.of(options.out(), e), e);
    }
  }

  private TrainingServer server() {
    String baseUrl = client.baseUrl();
    if (baseUrl != null) {
      return RemoteServer.reach(client);
    }
    return options.isDryRun()
        ? EmbeddedServer.startInMemory()
        : EmbeddedServer.start(options.out().resolve("server"), "--out");
  }

  private String model(TrainingServer server) {
    try (ServiceClient service = server.connect()) {
      return ModelChoice.of(service, text.model());
    }
  }

  private int plan(
      CommandLine command, PrintWriter human, String model, @Nullable TrainingServer server)
      throws IOException, InterruptedException {
    RunCost cost =
        RunCost.of(
            model,
            costs.prices(),
            costs.budget(),
            Spending.open(options.out(), TokenMeter.create(), Time.system()));
    Tokenizer tokenizer = text.tokenizer(model);
    int vocabularySize =
        checkedVocabulary(
            model,
            tokenizer,
            server == null ? TinyModels.vocabularySize(model) : server.vocabularySize(model));
    Renderer renderer = text.renderer(model, tokenizer);
    ProgressDisplay progress = new ProgressDisplay(command.getErr(), terminal);
    try (ChatData data = data(command, renderer, vocabularySize, progress)) {
      TrainPlan plan = plan(command, model, renderer, options.stepsOf(data.batchCount()));
      plan.print(human, data, server == null ? "no server yet" : server.description());
      if (options.heldOut(command) > 0 && data.survey().heldOut() == 0) {
        human.println(
            "Held out   nothing: --eval %s of %,d rows hits none; name a larger share"
                .formatted(options.eval(), data.survey().rows()));
      }
      if (server == null || options.isDryRun()) {
        printEstimate(human, cost, data, plan);
        human.println("First      what is learned is marked");
        human.println(new ExampleView(tokenizer, terminal.isInteractive()).of(data.example(0)));
        return CommandLine.ExitCode.OK;
      }
      return train(
          command,
          human,
          new TrainJob(
              plan, data, server, client.baseUrl(), options, cost, command.getErr(), progress),
          cost);
    }
  }

  private TrainPlan plan(CommandLine command, String model, Renderer renderer, long steps) {
    return new TrainPlan(
        model,
        text.tokenizerId(model),
        renderer.name(),
        steps,
        options.peakLearningRate(command, model),
        options.schedule(),
        checkedWarmup(steps),
        options.rank(),
        options.saveEvery(),
        options.evalEvery(steps));
  }

  private void printEstimate(PrintWriter human, RunCost cost, ChatData data, TrainPlan plan) {
    TrainEstimate estimate = TrainEstimate.of(data, TrainJob.probe(data), plan, options.epochs());
    human.println(
        "Tokens     about %,d to train on, %,d to read for evaluations and checkpoints"
            .formatted(estimate.trained(), estimate.read()));
    cost.of(estimate.whole())
        .ifPresent(price ->
            human.println("Cost       " + (price.isComplete() ? "about " + price : price)));
    if (cost.spending().total().total() > 0) {
      human.println("So far     " + cost.summary());
    }
  }

  /** Returns how many tokens the model has; where that is not known, as many as the tokenizer. */
  private static int checkedVocabulary(String model, Tokenizer tokenizer, OptionalInt known) {
    int made = tokenizer.vocabularySize();
    if (known.isPresent() && made > known.getAsInt()) {
      throw new CommandException(
          ("the tokenizer has tokens up to %d; %s on this server has %d tokens."
                  + " tinker4j/nano-%d is a model to try them with")
              .formatted(made - 1, model, known.getAsInt(), made));
    }
    return known.orElse(made);
  }

  private long checkedWarmup(long steps) {
    if (options.warmup() >= steps) {
      throw new CommandException(
          "--warmup is %d; the run has only %d steps".formatted(options.warmup(), steps));
    }
    return options.warmup();
  }

  private ChatData data(
      CommandLine command, Renderer renderer, int vocabularySize, ProgressDisplay progress)
      throws IOException, InterruptedException {
    ChatData.Builder builder =
        ChatData.builder(renderer)
            .format(options.format())
            .trainOn(options.trainOn())
            .batchSize(options.batch())
            .epochs(options.epochs())
            .seed(options.seed())
            .skipBad(options.skipsBad())
            .vocabularySize(vocabularySize)
            .heldOut(options.heldOut(command))
            .progress((rows, all) -> progress.note("Reading rows  %,d/%,d".formatted(rows, all)));
    List<TrainOptions.DataFile> files = options.dataFiles(command);
    files.forEach(file -> builder.file(file.path(), file.weight()));
    if (options.maxLength() != null) {
      builder.maxLength(options.maxLength(), options.longRows());
    }
    if (options.pack() != null) {
      builder.packTo(options.pack());
    }
    try {
      return builder.open();
    } catch (IllegalArgumentException e) {
      throw new CommandException(String.valueOf(e.getMessage()), e);
    } catch (IOException e) {
      throw new CommandException(FileProblem.of(files.get(0).path(), e), e);
    } finally {
      progress.pause();
    }
  }

  private int train(CommandLine command, PrintWriter human, TrainJob job, RunCost cost)
      throws InterruptedException {
    InterruptHook hook = InterruptHook.install(job::interrupt, PATIENCE);
    RunFile result;
    try {
      result = job.run();
    } catch (RecoveryFailedException | IllegalArgumentException | IllegalStateException e) {
      throw new CommandException(String.valueOf(e.getMessage()), e);
    } finally {
      hook.remove();
    }
    if (result == null) {
      return job.isOverBudget() ? OVER_BUDGET : INTERRUPTED;
    }
    human.println("Checkpoint " + result.checkpoint());
    human.println("Sampler    " + result.sampler());
    human.println("Used       " + cost.summary());
    human.println("Try it     tinker sample --run " + options.out());
    if (json || main.printsJson()) {
      Map<String, @Nullable Object> fields = result.asJson();
      fields.putAll(cost.asJson());
      command.getOut().println(JsonText.write(fields));
    }
    return CommandLine.ExitCode.OK;
  }
}
