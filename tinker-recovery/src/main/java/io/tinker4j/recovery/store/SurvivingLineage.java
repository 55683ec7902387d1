package io.tinker4j.recovery.store;

import io.tinker4j.recovery.journal.JournalEntry.LineageBegun;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/** The steps that count: those of the newest lineage, and of those that it goes back to. */
public final class SurvivingLineage {
  private SurvivingLineage() {}

  /** Steps after one and up to another, taken by one model. */
  public record Stretch(int lineage, String modelId, long after, long upTo) {}

  /** Returns who has taken which steps, in their order, from the base model on. */
  public static List<Stretch> of(JournalState.View state) {
    Deque<Stretch> stretches = new ArrayDeque<>();
    if (!state.lineages().isEmpty()) {
      LineageBegun at = state.lineages().get(state.lineages().size() - 1);
      long upTo = state.reached();
      stretches.addFirst(stretch(at, upTo));
      while (at.parent() >= 0) {
        upTo = at.baseStep();
        at = state.lineages().get(at.parent());
        stretches.addFirst(stretch(at, upTo));
      }
    }
    return List.copyOf(stretches);
  }

  private static Stretch stretch(LineageBegun lineage, long upTo) {
    return new Stretch(lineage.lineage(), lineage.modelId(), lineage.baseStep(), upTo);
  }
}
