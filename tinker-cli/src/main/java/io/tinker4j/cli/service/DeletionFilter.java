package io.tinker4j.cli.service;

import io.tinker4j.cli.output.CommandException;
import io.tinker4j.types.Checkpoint;
import io.tinker4j.types.CheckpointType;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which checkpoints of a run are deleted. */
final class DeletionFilter {
  @Option(
      names = "--type",
      paramLabel = "weights|sampler_weights",
      description = "With --run-id: only those to train from, or only those to sample from.")
  private @Nullable String type;

  @Option(
      names = "--before",
      paramLabel = "DATE",
      description = "With --run-id: only those made before, such as 2024-06-01, in UTC.")
  private @Nullable String before;

  @Option(
      names = "--after",
      paramLabel = "DATE",
      description = "With --run-id: only those made after, such as 2024-06-01T12:00:00Z.")
  private @Nullable String after;

  /** Whether anything is asked for. */
  boolean isSet() {
    return type != null || before != null || after != null;
  }

  /** Refuses what is no type or no date. */
  void check() {
    List<Checkpoint> unused = of(List.of());
  }

  /** Returns those that pass, in their order. */
  List<Checkpoint> of(List<Checkpoint> checkpoints) {
    CheckpointType wanted = wantedType();
    Instant earlier = Dates.parse(before);
    Instant later = Dates.parse(after);
    return checkpoints.stream()
        .filter(each -> wanted == null || each.checkpointType().equals(wanted))
        .filter(each -> earlier == null || each.time().isBefore(earlier))
        .filter(each -> later == null || each.time().isAfter(later))
        .toList();
  }

  private @Nullable CheckpointType wantedType() {
    return switch (type) {
      case null -> null;
      case "weights", "training" -> CheckpointType.TRAINING;
      case "sampler_weights", "sampler" -> CheckpointType.SAMPLER;
      default ->
          throw new CommandException(
              "Invalid checkpoint type: " + type, List.of("Valid types: weights, sampler_weights"));
    };
  }
}
