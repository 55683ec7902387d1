package io.tinker4j.types;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The full name of a checkpoint, {@code tinker://RUN/KIND/NAME}. The three kinds are types of their
 * own, so that a sampler's checkpoint cannot be passed where one to train from is needed.
 */
public sealed interface TinkerPath {
  /** Returns the training run. */
  String trainingRunId();

  /** Returns the name. */
  String name();

  /** Returns the kind as a segment of the path, for example {@code weights}. */
  String kind();

  /** Returns what the checkpoint is for. */
  CheckpointType checkpointType();

  /** Returns kind and name, for example {@code weights/0001}. */
  default String checkpointId() {
    return kind() + "/" + name();
  }

  /** Returns the path as it is on the wire. */
  default String path() {
    return "tinker://" + trainingRunId() + "/" + checkpointId();
  }

  /**
   * A checkpoint to train from: weights and optimizer state.
   *
   * @param trainingRunId the training run
   * @param name the name
   */
  record Training(String trainingRunId, String name) implements TinkerPath {
    /** Refuses parts that make no path. */
    public Training {
      check(trainingRunId, name);
    }

    @Override
    public String kind() {
      return "weights";
    }

    @Override
    public CheckpointType checkpointType() {
      return CheckpointType.TRAINING;
    }

    @Override
    public String toString() {
      return path();
    }
  }

  /**
   * Weights to sample from.
   *
   * @param trainingRunId the training run
   * @param name the name
   */
  record Sampler(String trainingRunId, String name) implements TinkerPath {
    /** Refuses parts that make no path. */
    public Sampler {
      check(trainingRunId, name);
    }

    @Override
    public String kind() {
      return "sampler_weights";
    }

    @Override
    public CheckpointType checkpointType() {
      return CheckpointType.SAMPLER;
    }

    @Override
    public String toString() {
      return path();
    }
  }

  /**
   * An adapter exported as files.
   *
   * @param trainingRunId the training run
   * @param name the name
   */
  record External(String trainingRunId, String name) implements TinkerPath {
    /** Refuses parts that make no path. */
    public External {
      check(trainingRunId, name);
    }

    @Override
    public String kind() {
      return "external_weights";
    }

    @Override
    public CheckpointType checkpointType() {
      return CheckpointType.EXTERNAL;
    }

    @Override
    public String toString() {
      return path();
    }
  }

  /**
   * Parses a path.
   *
   * @throws IllegalArgumentException when it does not have exactly the three parts, or the kind is
   *     not known
   */
  static TinkerPath parse(String path) {
    String[] parts =
        path.startsWith("tinker://")
            ? path.substring("tinker://".length()).split("/", -1)
            : new String[0];
    @Nullable TinkerPath parsed =
        parts.length != 3
            ? null
            : switch (parts[1]) {
              case "weights" -> new Training(parts[0], parts[2]);
              case "sampler_weights" -> new Sampler(parts[0], parts[2]);
              case "external_weights" -> new External(parts[0], parts[2]);
              default -> null;
            };
    if (parsed == null) {
      throw new IllegalArgumentException(
          "'%s' is not a checkpoint; one is tinker://RUN/KIND/NAME with the kind %s"
              .formatted(path, "weights, sampler_weights or external_weights"));
    }
    return parsed;
  }

  private static void check(String trainingRunId, String name) {
    Objects.requireNonNull(name, "name");
    if (Objects.requireNonNull(trainingRunId, "trainingRunId").contains("/")
        || name.contains("/")) {
      throw new IllegalArgumentException(
          "'"
              + trainingRunId
              + "' or '"
              + name
              + "' has a slash; it separates the parts of a path");
    }
  }
}
