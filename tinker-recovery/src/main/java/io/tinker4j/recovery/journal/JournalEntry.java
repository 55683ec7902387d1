package io.tinker4j.recovery.journal;

import java.nio.charset.StandardCharsets;
import java.util.Map;

/** Something that a journal says. Steps are numbered from 1, lineages from 0. */
public sealed interface JournalEntry {
  /** Returns the entry as the JSON object that the journal has, on one line. */
  default String toJson() {
    return new String(EntryJson.write(this), StandardCharsets.UTF_8);
  }

  /**
   * Reads what {@link #toJson} has written, in UTF-8.
   *
   * @throws RuntimeException when it is no entry, or one that only a newer version knows
   */
  static JournalEntry parse(byte[] json) {
    return EntryJson.read(json);
  }

  /**
   * A process opened the journal for writing, after the one before it had left or was replaced.
   *
   * @param token counts those processes; each has a higher one
   */
  record RunOpened(long token) implements JournalEntry {}

  /**
   * A run began with settings of this hash.
   *
   * @param settings those of the first step, and the digest of the first batch, as far as known
   */
  record RunBegun(String configHash, Map<String, String> settings) implements JournalEntry {
    /** Copies the settings. */
    public RunBegun {
      settings = Map.copyOf(settings);
    }

    /** Creates the entry of a run about whose steps nothing is known. */
    public RunBegun(String configHash) {
      this(configHash, Map.of());
    }
  }

  /**
   * A model was created that goes on from a checkpoint with so many steps.
   *
   * @param modelId the model's id, which is also that of its training run
   * @param parent the lineage that saved the checkpoint; -1 when it begins with the base model
   */
  record LineageBegun(int lineage, String modelId, int parent, long baseStep)
      implements JournalEntry {}

  /** A step is about to be submitted; the place in the data is that behind it. */
  record StepSubmitted(int lineage, long step, DataPosition position) implements JournalEntry {}

  /** The server has carried out these steps, the last one included. */
  record StepsConfirmed(int lineage, long first, long last) implements JournalEntry {}

  /** A checkpoint can be used from now on. */
  record CheckpointSaved(CheckpointRecord checkpoint) implements JournalEntry {}

  /** A checkpoint is not used any more. */
  record CheckpointDropped(String path, String reason) implements JournalEntry {}

  /** A recovery did something; fields are what the event of that name says. */
  record Noted(String event, Map<String, String> fields) implements JournalEntry {
    /** Copies the fields. */
    public Noted {
      fields = Map.copyOf(fields);
    }
  }

  /** The run is complete. */
  record RunFinished(long step, String modelId) implements JournalEntry {}
}
