package io.tinker4j.training;

import io.tinker4j.transport.ConflictException;
import io.tinker4j.transport.client.ApiClient;
import io.tinker4j.transport.client.CallOptions;
import io.tinker4j.transport.endpoint.Operations;
import io.tinker4j.types.Checkpoint;
import io.tinker4j.types.CheckpointType;
import io.tinker4j.types.wire.ListCheckpointsRequest;
import io.tinker4j.types.wire.UntypedFuture;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Optional;
import java.util.function.Function;

/**
 * Submits a save so that a lost answer does not make it fail: it is sent again, and when the server
 * then says that the name is taken, it was the first try that took it if the checkpoint is there
 * and not older than the call.
 */
final class SaveSubmission {
  /** HTTP dates have whole seconds, and two clocks of one server may differ a little. */
  private static final Duration SLACK = Duration.ofSeconds(5);

  private final ApiClient api;
  private final String modelId;

  SaveSubmission(ApiClient api, String modelId) {
    this.api = api;
    this.modelId = modelId;
  }

  /** What a save came to: a promise, or the checkpoint that an earlier try has made. */
  sealed interface Outcome {
    /** The server has accepted the save. */
    record Accepted(String requestId) implements Outcome {}

    /** The checkpoint is there. */
    record Saved(String path) implements Outcome {}
  }

  /**
   * Submits.
   *
   * @param name of the checkpoint within the run, such as {@code weights/a}; empty for a save
   *     without a name
   */
  Outcome submit(String name, Function<CallOptions, UntypedFuture> submission) {
    long start = api.time().nanoTime();
    try {
      return new Outcome.Accepted(submission.apply(SubmissionOptions.ORDERED).requestId());
    } catch (ConflictException e) {
      if (e.attempts() > 1 && !name.isEmpty()) {
        Instant begin = serverTime(e).minusNanos(api.time().nanoTime() - start).minus(SLACK);
        Optional<Checkpoint> saved =
            find(name).filter(checkpoint -> !checkpoint.time().isBefore(begin));
        if (saved.isPresent()) {
          return new Outcome.Saved(saved.get().tinkerPath());
        }
      }
      throw e;
    }
  }

  /** The server's clock decides whether a checkpoint is older than the call. */
  private Instant serverTime(ConflictException e) {
    return e.headers()
        .first("date")
        .flatMap(SaveSubmission::parse)
        .orElseGet(() -> api.time().now());
  }

  private static Optional<Instant> parse(String date) {
    try {
      return Optional.of(DateTimeFormatter.RFC_1123_DATE_TIME.parse(date, Instant::from));
    } catch (DateTimeParseException e) {
      return Optional.empty();
    }
  }

  private Optional<Checkpoint> find(String name) {
    return api
        .call(
            Operations.LIST_CHECKPOINTS,
            ListCheckpointsRequest.builder().trainingRunId(modelId).build())
        .checkpoints()
        .stream()
        .filter(checkpoint -> name.endsWith("/" + bare(checkpoint.checkpointId())))
        .filter(checkpoint -> checkpoint.checkpointType().equals(type(name)))
        .findFirst();
  }

  /** Some servers leave the kind out of the id. */
  private static String bare(String checkpointId) {
    return checkpointId.substring(checkpointId.lastIndexOf('/') + 1);
  }

  private static CheckpointType type(String name) {
    return switch (name.substring(0, name.indexOf('/'))) {
      case "weights" -> CheckpointType.TRAINING;
      case "sampler_weights" -> CheckpointType.SAMPLER;
      default -> CheckpointType.of("external");
    };
  }
}
