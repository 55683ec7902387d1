package io.tinker4j.types;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The full name of a checkpoint, {@code tinker://RUN/KIND/NAME}. The three kinds are types of their
 * own, so that a sampler's checkpoint cannot be passed where one to train from is needed. Some
 * servers return {@code tinker://RUN/NAME} for weights to sample from: a type of its own, too.
 */
public sealed interface TinkerPath {
  /** Returns the training run. */
  String trainingRunId();

  /** Returns the name. */
  String name();

  /** Returns the kind as a segment of the path, for example {@code weights}; empty without one. */
  String kind();

  /** Returns what the checkpoint is for. */
  CheckpointType checkpointType();

  /** Returns kind and name, for example {@code weights/0001}; the name if there is no kind. */
  default String checkpointId() {
    return kind().isEmpty() ? name() : kind() + "/" + name();
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
   * Weights to sample from on a server whose paths have no kind.
   *
   * @param trainingRunId the training run
   * @param name the name
   */
  record Unqualified(String trainingRunId, String name) implements TinkerPath {
    /** Refuses parts that make no path. */
    public Unqualified {
      check(trainingRunId, name);
    }

    @Override
    public String kind() {
      return "";
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
   * Parses a path.
   *
   * @throws IllegalArgumentException when it does not have exactly the three parts, or the two of
   *     one without a kind, or the kind is not known
   */
  static TinkerPath parse(String path) {
    String[] parts =
        path.startsWith("tinker://")
            ? path.substring("tinker://".length()).split("/", -1)
            : new String[0];
    @Nullable TinkerPath parsed =
        switch (parts.length) {
          case 2 -> ofKind(parts[1], "", "") == null ? new Unqualified(parts[0], parts[1]) : null;
          case 3 -> ofKind(parts[1], parts[0], parts[2]);
          default -> null;
        };
    if (parsed == null) {
      throw new IllegalArgumentException(
          "'%s' is not a checkpoint; one is tinker://RUN/KIND/NAME with the kind %s"
              .formatted(path, "weights, sampler_weights or external_weights"));
    }
    return parsed;
  }

  private static @Nullable TinkerPath ofKind(String kind, String trainingRunId, String name) {
    return switch (kind) {
      case "weights" -> new Training(trainingRunId, name);
      case "sampler_weights" -> new Sampler(trainingRunId, name);
      case "external_weights" -> new External(trainingRunId, name);
      default -> null;
    };
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
