package io.tinker4j.recovery;

import java.util.Map;
import java.util.Optional;
import org.immutables.value.Value;

/**
 * All that is needed to go on from a checkpoint, written only when the server has saved it. Part of
 * the journal.
 */
@TinkerStyle
@Value.Immutable
public interface CheckpointRecord {
  /** The path to load weights and optimizer state from. */
  String path();

  /** How many steps are in it; the next one is one more. */
  long step();

  /** The place in the data of the next step. */
  Batches.Position position();

  /** The number of the lineage that saved it. */
  int lineage();

  /** The step that learning rates are computed from. */
  @Value.Default
  default long learningRateStep() {
    return step();
  }

  /** The SHA-256 of the run's settings, in hex. */
  String configHash();

  /** The tokenizer of the data. Default unknown. */
  Optional<String> tokenizerId();

  /** What made the tokens out of conversations. Default unknown. */
  Optional<String> rendererId();

  /** The metrics known when it was saved. */
  Map<String, Double> metrics();

  /** The log-probabilities of the frozen batch with these weights. Absent without such a batch. */
  Optional<Fingerprint> probe();

  /** The same after one more step; tells whether the optimizer's state was restored. */
  Optional<Fingerprint> probeAfterNextStep();

  /** Starts a record. */
  static Builder builder() {
    return new Builder();
  }

  /** Builds records; not thread-safe. */
  final class Builder extends ImmutableCheckpointRecord.Builder {
    Builder() {}
  }
}
