package io.tinker4j.testkit.checkpoint;

import io.tinker4j.types.CheckpointType;

/** What a checkpoint is for. */
public enum CheckpointKind {
  /** Weights and optimizer, to go on training. */
  TRAINING("weights"),
  /** Weights alone, to sample from. */
  SAMPLER("sampler_weights"),
  /** An adapter as plain files, to be used elsewhere or to have come from there. */
  EXTERNAL("external_weights");

  private final String segment;

  CheckpointKind(String segment) {
    this.segment = segment;
  }

  /** The segment of a path that stands for this kind. */
  String segment() {
    return segment;
  }

  CheckpointType type() {
    return switch (this) {
      case TRAINING -> CheckpointType.TRAINING;
      case SAMPLER -> CheckpointType.SAMPLER;
      case EXTERNAL -> CheckpointType.EXTERNAL;
    };
  }
}
