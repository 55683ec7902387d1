package io.tinker4j.cli;

import io.tinker4j.cli.output.CommandException;
import io.tinker4j.text.data.LongRows;
import io.tinker4j.text.data.RowFormat;
import io.tinker4j.text.renderer.TrainOnWhat;
import io.tinker4j.text.supervised.LearningRateSchedule;
import io.tinker4j.text.supervised.LearningRates;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalDouble;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;

/** What {@code tinker train} trains on, and how. */
final class TrainOptions {
  private static final String AUTO = "auto";
  private static final Pattern NUMBER =
      Pattern.compile("[-+]?([0-9]+\\.?[0-9]*|\\.[0-9]+)([eE][-+]?[0-9]+)?");

  /** What {@code ChatData} takes. */
  private static final int MAX_WEIGHT = 1000;

  @Parameters(
      paramLabel = "FILE[:WEIGHT]",
      arity = "1..*",
      split = ",",
      description =
          "JSONL files of chats, plain, .gz or .zst: messages, prompt and completion, ShareGPT "
              + "or Alpaca. A weight says how often a file comes in an epoch. Default: once.")
  private List<String> files = List.of();

  @Option(
      names = "--out",
      paramLabel = "DIR",
      required = true,
      description =
          "Where the run is kept: its journal, metrics.jsonl and run.json. The same command with "
              + "the same directory goes on where it was.")
  private Path out = Path.of("");

  @Option(
      names = "--data-format",
      paramLabel = "FORMAT",
      defaultValue = "auto",
      description =
          "What rows look like: auto, messages, prompt_completion, sharegpt, alpaca. Default: "
              + "auto, found out row by row.")
  private RowFormat format = RowFormat.AUTO;

  @Option(
      names = "--train-on",
      paramLabel = "WHAT",
      defaultValue = "all_assistant_messages",
      completionCandidates = TrainOnWords.class,
      description =
          "What is learned: last_assistant_message, last_assistant_turn, all_assistant_messages, "
              + "all_messages, all_tokens, all_user_and_system_messages. Default: "
              + "all_assistant_messages. Rows with weights say it themselves.")
  private TrainOnWhat trainOn = TrainOnWhat.ALL_ASSISTANT_MESSAGES;

  @Option(
      names = "--epochs",
      paramLabel = "N",
      defaultValue = "1",
      description = "How often the data is gone through. Default: 1.")
  private int epochs = 1;

  @Option(
      names = "--steps",
      paramLabel = "N",
      description = "Most steps of the optimizer. Default: all epochs.")
  private @Nullable Long steps;

  @Option(
      names = "--batch",
      paramLabel = "N",
      defaultValue = "8",
      description = "Examples, or packs of them, in a step. Default: 8.")
  private int batch = 8;

  @Option(
      names = "--lr",
      paramLabel = "X|auto",
      defaultValue = AUTO,
      description =
          "The highest learning rate. Default: auto, the cookbook's formula for Llama and Qwen "
              + "models; other models need a number.")
  private String learningRate = AUTO;

  @Option(
      names = "--lr-schedule",
      paramLabel = "NAME",
      defaultValue = "linear",
      description = "How it falls: constant, linear or cosine. Default: linear.")
  private LearningRateSchedule schedule = LearningRateSchedule.LINEAR;

  @Option(
      names = "--warmup",
      paramLabel = "N",
      defaultValue = "0",
      description = "Steps in which it rises first. Default: 0.")
  private long warmup;

  @Option(
      names = "--rank",
      paramLabel = "N",
      defaultValue = "32",
      description = "Rank of the LoRA adapter, a power of two. Default: 32.")
  private int rank = 32;

  @Option(
      names = "--max-length",
      paramLabel = "TOKENS",
      description = "Most tokens of an example. Default: any number.")
  private @Nullable Integer maxLength;

  @Option(
      names = "--long-rows",
      paramLabel = "WHAT",
      defaultValue = "refuse",
      description =
          "What becomes of longer conversations: refuse, truncate or drop. Default: refuse.")
  private LongRows longRows = LongRows.REFUSE;

  @Option(
      names = "--pack",
      paramLabel = "TOKENS",
      description = "Joins short examples up to so many tokens. Default: each is by itself.")
  private @Nullable Integer pack;

  @Option(
      names = "--skip-bad",
      description = "Leaves out rows that cannot be used, and counts them. Default: refused.")
  private boolean skipBad;

  @Option(
      names = "--eval",
      paramLabel = "PERCENT%",
      defaultValue = "0%",
      description =
          "How much of the data is held out to measure the loss on, such as 5%%. Default: none.")
  private String eval = "0%";

  @Option(
      names = "--eval-every",
      paramLabel = "N",
      description = "Steps between two evaluations. Default: a tenth of the run.")
  private @Nullable Long evalEvery;

  @Option(
      names = "--save-every",
      paramLabel = "N",
      defaultValue = "100",
      description = "Steps between two checkpoints. Default: 100.")
  private long saveEvery = 100;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "1",
      description = "Of the order of the data and of the adapter. Default: 1.")
  private long seed = 1;

  @Option(
      names = "--dry-run",
      description =
          "Reads all data, shows the plan and the first example with its mask, trains nothing.")
  private boolean dryRun;

  @Option(
      names = "--config",
      paramLabel = "YAML",
      description =
          "A YAML file with options by their names without dashes in front, such as \"epochs: "
              + "3\"; options of the command line win.")
  @SuppressWarnings("UnusedVariable") // YamlDefaults reads it
  private @Nullable Path config;

  /** A file and its weight. */
  record DataFile(Path path, double weight) {}

  /** Refuses values that cannot work, before anything is read. */
  void check(CommandLine command) {
    atLeast(command, "--epochs", epochs, 1);
    atLeast(command, "--batch", batch, 1);
    atLeast(command, "--save-every", saveEvery, 1);
    atLeast(command, "--warmup", warmup, 0);
    if (steps != null) {
      atLeast(command, "--steps", steps, 1);
    }
    if (evalEvery != null) {
      atLeast(command, "--eval-every", evalEvery, 1);
    }
    if (maxLength != null) {
      atLeast(command, "--max-length", maxLength, 2);
    }
    if (pack != null) {
      atLeast(command, "--pack", pack, 2);
    }
    if (rank < 1 || Integer.bitCount(rank) != 1) {
      throw new ParameterException(command, "--rank is " + rank + "; it must be a power of two");
    }
    if (trainOn == TrainOnWhat.CUSTOMIZED) {
      throw new ParameterException(
          command, "--train-on: rows say themselves what is customized, by weight or trainable");
    }
    heldOut(command);
    if (!learningRate.equals(AUTO)) {
      number(command);
    }
    files.forEach(file -> dataFile(command, file));
  }

  private static void atLeast(CommandLine command, String name, long value, long least) {
    if (value < least) {
      throw new ParameterException(
          command, "%s is %d; it must be at least %d".formatted(name, value, least));
    }
  }

  private double number(CommandLine command) {
    try {
      double value = Double.parseDouble(learningRate);
      if (value > 0 && Double.isFinite(value)) {
        return value;
      }
    } catch (NumberFormatException e) {
      // Refused below, as a number that is no learning rate is.
    }
    throw new ParameterException(
        command, "--lr is %s; it must be a number above 0, or auto".formatted(learningRate));
  }

  /** Returns the fraction of {@code --eval}. */
  double heldOut(CommandLine command) {
    try {
      double percent =
          Double.parseDouble(eval.endsWith("%") ? eval.substring(0, eval.length() - 1) : "x");
      if (percent >= 0 && percent < 100) {
        return percent / 100;
      }
    } catch (NumberFormatException e) {
      // Refused below.
    }
    throw new ParameterException(
        command, "--eval is %s; it must be a percentage below 100, such as 5%%".formatted(eval));
  }

  /**
   * Returns the files; what stands behind the last colon of a name is a weight if it is a number.
   */
  List<DataFile> dataFiles(CommandLine command) {
    return files.stream().map(file -> dataFile(command, file)).toList();
  }

  private static DataFile dataFile(CommandLine command, String file) {
    int colon = file.lastIndexOf(':');
    if (colon > 0 && NUMBER.matcher(file.substring(colon + 1)).matches()) {
      double weight = Double.parseDouble(file.substring(colon + 1));
      if (!(weight > 0) || weight > MAX_WEIGHT) {
        throw new ParameterException(
            command, "%s: a weight must be above 0 and at most %d".formatted(file, MAX_WEIGHT));
      }
      return new DataFile(Path.of(file.substring(0, colon)), weight);
    }
    return new DataFile(Path.of(file), 1);
  }

  /** Returns the highest learning rate for a model. */
  double peakLearningRate(CommandLine command, String model) {
    if (!learningRate.equals(AUTO)) {
      return number(command);
    }
    if (TinyModels.isTiny(model)) {
      return EmbeddedServer.LEARNING_RATE;
    }
    OptionalDouble rate = LearningRates.forAdapter(model);
    return rate.orElseThrow(() ->
        new CommandException(
            "no learning rate was measured for %s; name one with --lr, for example 1e-4"
                .formatted(model)));
  }

  /** Returns {@code --eval} as it was given. */
  String eval() {
    return eval;
  }

  Path out() {
    return out;
  }

  RowFormat format() {
    return format;
  }

  TrainOnWhat trainOn() {
    return trainOn;
  }

  int epochs() {
    return epochs;
  }

  /** Returns how many steps are taken when there are so many batches. */
  long stepsOf(long batches) {
    return steps == null ? batches : Math.min(steps, batches);
  }

  int batch() {
    return batch;
  }

  LearningRateSchedule schedule() {
    return schedule;
  }

  long warmup() {
    return warmup;
  }

  int rank() {
    return rank;
  }

  @Nullable Integer maxLength() {
    return maxLength;
  }

  LongRows longRows() {
    return longRows;
  }

  @Nullable Integer pack() {
    return pack;
  }

  boolean skipsBad() {
    return skipBad;
  }

  /** Returns the steps between two evaluations of a run of so many. */
  long evalEvery(long runSteps) {
    return evalEvery == null ? Math.max(1, runSteps / 10) : evalEvery;
  }

  long saveEvery() {
    return saveEvery;
  }

  long seed() {
    return seed;
  }

  boolean isDryRun() {
    return dryRun;
  }
}
