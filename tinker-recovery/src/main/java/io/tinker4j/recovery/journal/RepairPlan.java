package io.tinker4j.recovery.journal;

import java.util.List;

/**
 * What a repair would do.
 *
 * @param damage what is wrong; empty when there is nothing to repair
 * @param kept how many of its entries the new journal would have
 * @param left how many whole entries it would not have, as they depend on damaged ones
 * @param lost how many entries are damaged; at least, where their lengths are damaged, too
 */
public record RepairPlan(List<JournalDamage> damage, long kept, long left, long lost) {
  /** Copies the list. */
  public RepairPlan {
    damage = List.copyOf(damage);
  }

  /** Returns whether there is anything to repair. */
  public boolean isNeeded() {
    return !damage.isEmpty();
  }
}
