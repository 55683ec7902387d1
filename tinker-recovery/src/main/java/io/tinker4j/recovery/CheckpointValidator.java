package io.tinker4j.recovery;

import io.tinker4j.training.RestClient;
import io.tinker4j.transport.NotFoundException;
import io.tinker4j.types.WeightsInfoResponse;
import java.util.Optional;
import java.util.OptionalInt;

/** Looks at checkpoints before they are trusted. Thread-safe; the methods block. */
public final class CheckpointValidator {
  private final RestClient rest;

  private CheckpointValidator(RestClient rest) {
    this.rest = rest;
  }

  /** Returns a validator that asks that client. */
  public static CheckpointValidator of(RestClient rest) {
    return new CheckpointValidator(rest);
  }

  /** How closely to look. */
  public enum Level {
    /** Not at all. */
    NONE,
    /** It exists, is for training, and fits the base model and rank. */
    METADATA
  }

  /**
   * What a checkpoint has to fit.
   *
   * @param baseModel its base model
   * @param rank its rank
   */
  public record Expectations(String baseModel, OptionalInt rank) {}

  /** What is wrong with a checkpoint. */
  public record Finding(Kind kind, String detail) {
    @Override
    public String toString() {
      return kind + ": " + detail;
    }
  }

  /** Kinds of findings. */
  public enum Kind {
    /** The server does not have it. */
    MISSING,
    /** It is of another base model, or another rank. */
    INCOMPATIBLE
  }

  /** Returns what is wrong with a checkpoint, the first thing found. */
  public Optional<Finding> validate(String path, Level level, Expectations expected) {
    return level == Level.NONE ? Optional.empty() : metadata(path, expected);
  }

  private Optional<Finding> metadata(String path, Expectations expected) {
    WeightsInfoResponse info;
    try {
      info = rest.getWeightsInfoByTinkerPath(path);
    } catch (NotFoundException e) {
      return Optional.of(new Finding(Kind.MISSING, path + " is not there"));
    }
    if (!info.baseModel().equals(expected.baseModel())) {
      return Optional.of(
          new Finding(
              Kind.INCOMPATIBLE,
              "it is of base model %s, not %s".formatted(info.baseModel(), expected.baseModel())));
    }
    if (expected.rank().isPresent() && !info.loraRank().equals(expected.rank())) {
      return Optional.of(
          new Finding(
              Kind.INCOMPATIBLE,
              "its rank is %s, not %s".formatted(info.loraRank(), expected.rank())));
    }
    return Optional.empty();
  }
}
