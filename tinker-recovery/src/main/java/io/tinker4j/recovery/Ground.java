package io.tinker4j.recovery;

import io.tinker4j.training.TrainingClient;
import org.jspecify.annotations.Nullable;

/**
 * What a lineage begins with.
 *
 * @param from the checkpoint that it goes on from, null for the base model
 */
record Ground(
    TrainingClient client, long step, Batches.Position position, @Nullable CheckpointRecord from) {
  Ground at(Batches.Position other) {
    return new Ground(client, step, other, from);
  }
}
