package io.tinker4j.recovery;

import io.tinker4j.recovery.journal.CheckpointRecord;
import io.tinker4j.recovery.journal.DataPosition;
import io.tinker4j.training.TrainingClient;
import org.jspecify.annotations.Nullable;

/**
 * What a lineage begins with.
 *
 * @param from the checkpoint that it goes on from, null for the base model
 */
record StartingPoint(
    TrainingClient client, long step, DataPosition position, @Nullable CheckpointRecord from) {
  StartingPoint at(DataPosition other) {
    return new StartingPoint(client, step, other, from);
  }
}
