package io.tinker4j.recovery.journal;

import java.util.List;

/**
 * What can be read of a journal.
 *
 * @param entries all of them, or those before the first damage
 * @param damage what is wrong in front of whole entries; empty for a journal that {@code
 *     ProgressJournal.read} reads
 */
public record JournalContents(List<JournalEntry> entries, List<JournalDamage> damage) {
  /** Copies the lists. */
  public JournalContents {
    entries = List.copyOf(entries);
    damage = List.copyOf(damage);
  }
}
