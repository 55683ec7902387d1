package io.tinker4j.cli.service;

import io.tinker4j.cli.output.DisplayText;
import io.tinker4j.types.Checkpoint;
import io.tinker4j.types.TrainingRun;
import java.time.Instant;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** A column of {@code tinker run list}. */
enum RunColumn {
  ID("Run ID"),
  MODEL("Base Model"),
  OWNER("Owner"),
  LORA("LoRA"),
  UPDATED("Last Update"),
  STATUS("Status"),
  CHECKPOINT("Last Checkpoint"),
  CHECKPOINT_TIME("Checkpoint Time");

  private final String header;

  RunColumn(String header) {
    this.header = header;
  }

  /** Returns the column of that name. */
  static Optional<RunColumn> of(String id) {
    return Arrays.stream(values()).filter(each -> each.id().equals(id)).findFirst();
  }

  String id() {
    return name().toLowerCase(Locale.ROOT);
  }

  String header() {
    return header;
  }

  String cell(TrainingRun run, Instant now) {
    return switch (this) {
      case ID -> run.trainingRunId();
      case MODEL -> run.baseModel();
      case OWNER -> run.modelOwner();
      case LORA ->
          run.loraRank().isPresent()
              ? "Rank " + run.loraRank().getAsInt()
              : DisplayText.yes(run.isLora());
      case UPDATED -> DisplayText.age(run.lastRequestTime(), now);
      case STATUS -> status(run);
      case CHECKPOINT ->
          run.lastCheckpoint().map(Checkpoint::checkpointId).orElse(DisplayText.MISSING);
      case CHECKPOINT_TIME ->
          run.lastCheckpoint()
              .map(each -> DisplayText.age(each.time(), now))
              .orElse(DisplayText.MISSING);
    };
  }

  static String status(TrainingRun run) {
    return run.isCorrupted() ? "Failed" : "OK";
  }
}
