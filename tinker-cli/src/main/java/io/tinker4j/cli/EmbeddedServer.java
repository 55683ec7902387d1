package io.tinker4j.cli;

import io.tinker4j.cli.output.CommandException;
import io.tinker4j.testkit.EmbeddedTinkerServer;
import io.tinker4j.training.ServiceClient;
import io.tinker4j.training.cost.TokenMeter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/** The embedded server, in this process, with its checkpoints in a directory or in memory. */
final class EmbeddedServer implements TrainingServer {
  /** The embedded server takes any key; this one looks like a real one. */
  private static final String API_KEY = "tml-quickstart";

  /** What suits the tiny models. */
  static final double LEARNING_RATE = 0.02;

  private static final int END_OF_TEXT = 256;

  private final EmbeddedTinkerServer server;
  private final String place;

  private EmbeddedServer(EmbeddedTinkerServer server, String place) {
    this.server = server;
    this.place = place;
  }

  /** Starts one that keeps nothing and touches no disk, for models that are only asked. */
  static EmbeddedServer startInMemory() {
    try {
      return new EmbeddedServer(EmbeddedTinkerServer.start(), "memory");
    } catch (UncheckedIOException e) {
      throw new CommandException("the embedded server " + e.getMessage(), e);
    }
  }

  /**
   * Starts one, in a new temporary directory unless told where.
   *
   * @param option what the user has named the directory with, or could
   */
  static EmbeddedServer start(@Nullable Path stateDirectory, String option) {
    Path directory = prepare(stateDirectory, option);
    try {
      return new EmbeddedServer(
          EmbeddedTinkerServer.builder().dataDirectory(directory).start(), directory.toString());
    } catch (UncheckedIOException e) {
      throw new CommandException("the embedded server " + e.getMessage(), e);
    }
  }

  private static Path prepare(@Nullable Path stateDirectory, String option) {
    try {
      return stateDirectory == null
          ? Files.createTempDirectory("tinker-quickstart-")
          : Files.createDirectories(stateDirectory.toAbsolutePath());
    } catch (FileAlreadyExistsException e) {
      throw new CommandException("%s: %s is not a directory".formatted(option, stateDirectory), e);
    } catch (IOException e) {
      throw new CommandException(
          stateDirectory == null
              ? "cannot create a temporary directory (%s); name one with %s"
                  .formatted(e.getMessage(), option)
              : "%s: %s cannot be created: %s".formatted(option, stateDirectory, e.getMessage()),
          e);
    }
  }

  @Override
  public ServiceClient connect(TokenMeter meter) {
    return ServiceClient.builder()
        .baseUrl(server.baseUrl().toString())
        .apiKey(API_KEY)
        .tokenMeter(meter)
        .build();
  }

  @Override
  public String description() {
    return "the embedded server at " + server.baseUrl();
  }

  @Override
  public Optional<String> note() {
    return Optional.empty();
  }

  @Override
  public double learningRate() {
    return LEARNING_RATE;
  }

  @Override
  public OptionalInt vocabularySize(String model) {
    return OptionalInt.of(EmbeddedTinkerServer.vocabularySize(model));
  }

  @Override
  public int endOfDocument() {
    return END_OF_TEXT;
  }

  @Override
  public String locate(String checkpoint) {
    return checkpoint + " in " + place;
  }

  @Override
  public Optional<String> weightsHash(String modelId) {
    return Optional.of(server.weightsHash(modelId));
  }

  @Override
  public void close() {
    server.close();
  }
}
