package io.tinker4j.recovery.validation;

import io.tinker4j.recovery.internal.LoadFailures;
import io.tinker4j.training.RestClient;
import io.tinker4j.training.ServiceClient;
import io.tinker4j.training.download.DownloadException;
import io.tinker4j.transport.ApiStatusException;
import io.tinker4j.transport.Time;
import io.tinker4j.transport.TinkerException;
import io.tinker4j.types.Checkpoint;
import io.tinker4j.types.CheckpointType;
import io.tinker4j.types.TinkerPath;
import io.tinker4j.types.WeightsInfoResponse;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Looks at checkpoints before they are trusted. A finding is about the checkpoint; what keeps from
 * looking, such as a lost connection, is thrown. Thread-safe; the methods block.
 */
public final class CheckpointValidator {
  private final ServiceClient service;
  private final Time time;

  private CheckpointValidator(ServiceClient service, Time time) {
    this.service = service;
    this.time = time;
  }

  /** Returns a validator that asks by that client, which stays the caller's. */
  public static CheckpointValidator of(ServiceClient service) {
    return of(service, Time.system());
  }

  /** Returns a validator that also goes by that clock, for tests. */
  public static CheckpointValidator of(ServiceClient service, Time time) {
    return new CheckpointValidator(service, time);
  }

  /** How closely to look; each level includes those before it. */
  public enum Level {
    /** Not at all. */
    NONE,
    /** It exists, is for training, has not expired, and fits the base model and rank. */
    METADATA,
    /**
     * Its archive is downloaded into a temporary directory; the files are all there and whole, the
     * tensors fit the rank, and every number is finite.
     */
    ARCHIVE,
    /** It is loaded into a model that is freed again. */
    LOAD
  }

  /** What a checkpoint has to fit: the base model, and the rank unless any will do. */
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
    /** The server does not have it, or it is no path of a checkpoint. */
    MISSING,
    /** It has expired. */
    EXPIRED,
    /** It is for sampling. */
    NOT_FOR_TRAINING,
    /** It is of another base model, or another rank. */
    INCOMPATIBLE,
    /** The archive is no archive, or not to be had whole. */
    BROKEN_ARCHIVE,
    /** A file is not in the archive. */
    FILE_MISSING,
    /** What a file says about itself is not right. */
    CORRUPT_HEADER,
    /** A file ends early. */
    TRUNCATED,
    /** A tensor's shape does not fit the rank. */
    WRONG_RANK,
    /** A weight is infinite or not a number. */
    NOT_FINITE,
    /** The server cannot load it. */
    NOT_LOADABLE
  }

  /** Returns what is wrong with a checkpoint, the first thing found. */
  public Optional<Finding> validate(String path, Level level, Expectations expected) {
    Optional<Finding> finding = Optional.empty();
    for (Level each : Level.values()) {
      if (finding.isEmpty() && each.compareTo(level) <= 0) {
        finding =
            switch (each) {
              case NONE -> Optional.empty();
              case METADATA -> metadata(path, expected);
              case ARCHIVE -> archive(path, expected);
              case LOAD -> load(path);
            };
      }
    }
    return finding;
  }

  private static Optional<Finding> found(Kind kind, @Nullable String detail) {
    return Optional.of(new Finding(kind, String.valueOf(detail)));
  }

  private Optional<Finding> metadata(String path, Expectations expected) {
    String run;
    try {
      run = TinkerPath.parse(path).trainingRunId();
    } catch (IllegalArgumentException e) {
      return found(Kind.MISSING, e.getMessage());
    }
    RestClient rest = service.createRestClient();
    WeightsInfoResponse info;
    Optional<Checkpoint> listed;
    try {
      listed =
          rest.checkpoints().list(run).checkpoints().stream()
              .filter(each -> each.tinkerPath().equals(path))
              .findFirst();
      info = rest.checkpoints().weightsInfo(path);
    } catch (ApiStatusException e) {
      if (!LoadFailures.isAboutTheCheckpoint(e)) {
        throw e;
      }
      return found(Kind.MISSING, LoadFailures.isGone(e) ? path + " is not there" : e.getMessage());
    }
    if (listed.isEmpty()) {
      return found(Kind.MISSING, path + " is not among the run's checkpoints");
    }
    if (!listed.get().checkpointType().equals(CheckpointType.TRAINING)) {
      return found(Kind.NOT_FOR_TRAINING, "it is of type " + listed.get().checkpointType());
    }
    if (listed.get().expiresAt().map(end -> !time.now().isBefore(end)).orElse(false)) {
      return found(Kind.EXPIRED, "at " + listed.get().expiresAt().get());
    }
    return compatibility(info, expected);
  }

  private static Optional<Finding> compatibility(WeightsInfoResponse info, Expectations expected) {
    if (!info.baseModel().equals(expected.baseModel())) {
      return found(
          Kind.INCOMPATIBLE,
          "it is of base model %s, not %s".formatted(info.baseModel(), expected.baseModel()));
    }
    return expected.rank().isPresent() && !info.loraRank().equals(expected.rank())
        ? found(
            Kind.INCOMPATIBLE,
            "its rank is %s, not %d".formatted(info.loraRank(), expected.rank().getAsInt()))
        : Optional.empty();
  }

  /** Servers say 410 of what was deleted, or 404. */
  private Optional<Finding> archive(String path, Expectations expected) {
    try {
      Path directory = Files.createTempDirectory("tinker-checkpoint");
      try {
        Path files = directory.resolve("files");
        Object unused = service.createRestClient().checkpoints().download(path).extractTo(files);
        return AdapterArchive.check(files, expected);
      } catch (DownloadException e) {
        return found(Kind.BROKEN_ARCHIVE, e.getMessage());
      } finally {
        remove(directory);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot look at the archive of " + path, e);
    }
  }

  private static void remove(Path directory) throws IOException {
    try (Stream<Path> all = Files.walk(directory)) {
      for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(each);
      }
    }
  }

  private Optional<Finding> load(String path) {
    try {
      // Its place may be the last one, and whoever asks wants to load next.
      Object unused =
          service
              .createTrainingClientFromStateWithOptimizer(path)
              .unload()
              .handle((result, failure) -> true)
              .join();
      return Optional.empty();
    } catch (TinkerException | IllegalArgumentException e) {
      if (!LoadFailures.isAboutTheCheckpoint(e)) {
        throw e;
      }
      return found(Kind.NOT_LOADABLE, e.getMessage());
    }
  }
}
