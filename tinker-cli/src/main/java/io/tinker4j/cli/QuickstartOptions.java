package io.tinker4j.cli;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** What {@code tinker quickstart} trains, on what, and how long. */
final class QuickstartOptions {
  private static final int MOST_STEPS = 1_000_000;
  private static final int MOST_BATCH = 4096;
  private static final int MOST_RANK = 256;

  @Option(
      names = "--data",
      paramLabel = "FILE",
      description =
          "The text to train on: any UTF-8 text, or JSONL (by its name or by its lines) with a"
              + " \"text\" string or a \"messages\" array of role and content per line. Default:"
              + " the beginning of Alice's Adventures in Wonderland.")
  private @Nullable Path data;

  @Option(
      names = "--model",
      paramLabel = "NAME",
      description = "The base model. Default: the first one that the server supports.")
  private @Nullable String model;

  @Option(
      names = "--steps",
      paramLabel = "N",
      defaultValue = "200",
      description = "Training steps, at least 2. Default: 200.")
  private int steps;

  @Option(
      names = "--batch",
      paramLabel = "N",
      defaultValue = "16",
      description = "Sequences of 128 tokens per step. Default: 16.")
  private int batch;

  @Option(
      names = "--rank",
      paramLabel = "N",
      defaultValue = "32",
      description = "Rank of the LoRA adapters, a power of two. Default: 32.")
  private int rank;

  @Option(
      names = "--learning-rate",
      paramLabel = "X",
      description =
          "Adam's learning rate. Default: 0.02 for the tiny model of the embedded server, 0.0001 "
              + "for a real one.")
  private @Nullable Double learningRate;

  @Option(
      names = "--prompt",
      paramLabel = "TEXT",
      description = "What the model continues before and after. Default: the data's first words.")
  private @Nullable String prompt;

  @Option(
      names = "--state-dir",
      paramLabel = "DIR",
      description =
          "Where the embedded server keeps its checkpoints. Default: a new directory for "
              + "temporary files, named in the output and left there.")
  private @Nullable Path stateDirectory;

  /** Refuses values that cannot work, before anything is started. */
  void check(CommandLine command) {
    requireRange(command, "--steps", steps, 2, MOST_STEPS);
    requireRange(command, "--batch", batch, 1, MOST_BATCH);
    requireRange(command, "--rank", rank, 1, MOST_RANK);
    if (Integer.bitCount(rank) != 1) {
      throw wrong(command, "--rank is " + rank + "; it must be a power of two");
    }
    if (learningRate != null && !(learningRate > 0 && Double.isFinite(learningRate))) {
      throw wrong(command, "--learning-rate is " + learningRate + "; it must be a number above 0");
    }
    requireText(command, "--prompt", prompt);
    requireText(command, "--model", model);
  }

  private static void requireRange(
      CommandLine command, String name, int value, int least, int most) {
    if (value < least || value > most) {
      throw wrong(
          command, "%s is %d; it must be from %d to %d".formatted(name, value, least, most));
    }
  }

  private static void requireText(CommandLine command, String name, @Nullable String value) {
    if (value != null && value.isEmpty()) {
      throw wrong(command, name + " is empty");
    }
  }

  private static ParameterException wrong(CommandLine command, String message) {
    return new ParameterException(command, message);
  }

  /** Returns the text to train on. */
  TrainingText text() {
    return data == null ? TrainingText.bundled() : TrainingText.read(data);
  }

  @Nullable String model() {
    return model;
  }

  int steps() {
    return steps;
  }

  int batch() {
    return batch;
  }

  int rank() {
    return rank;
  }

  /** Returns the learning rate, by default that of the server. */
  double learningRateOn(TrainingServer server) {
    return learningRate == null ? server.learningRate() : learningRate;
  }

  /** Returns the prompt, by default the beginning of the text. */
  String promptFor(TrainingText text) {
    return prompt == null ? text.opening() : prompt;
  }

  @Nullable Path stateDirectory() {
    return stateDirectory;
  }
}
