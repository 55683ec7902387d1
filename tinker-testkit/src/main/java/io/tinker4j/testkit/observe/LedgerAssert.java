package io.tinker4j.testkit.observe;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** Assertions about the operations that a model has carried out. Immutable. */
public final class LedgerAssert {
  private final List<ExecutedOperation> ledger;

  LedgerAssert(List<ExecutedOperation> ledger) {
    this.ledger = ledger;
  }

  /**
   * Every operation from number 1 to the last one was carried out, exactly once, in order: none was
   * lost and none was repeated.
   */
  public LedgerAssert hasEachStepOnce() {
    Set<Long> seen = new HashSet<>();
    Set<Long> repeated = new TreeSet<>();
    long last = 0;
    for (ExecutedOperation operation : ledger) {
      if (!seen.add(operation.seqId())) {
        repeated.add(operation.seqId());
      }
      last = Math.max(last, operation.seqId());
    }
    Set<Long> missing = new TreeSet<>();
    for (long seqId = 1; seqId <= last; seqId++) {
      if (!seen.contains(seqId)) {
        missing.add(seqId);
      }
    }
    if (!repeated.isEmpty() || !missing.isEmpty()) {
      throw failure("each step once, but repeated " + repeated + " and missing " + missing);
    }
    for (int i = 0; i < ledger.size(); i++) {
      if (ledger.get(i).seqId() != i + 1) {
        throw failure("each step in its turn");
      }
    }
    return this;
  }

  /** So many operations of a kind were carried out, for example of {@code optim_step}. */
  public LedgerAssert hasCount(String kind, int count) {
    long found = ledger.stream().filter(operation -> operation.kind().equals(kind)).count();
    if (found != count) {
      throw failure(count + " of " + kind + ", but there are " + found);
    }
    return this;
  }

  /** Exactly these kinds of operations were carried out, in this order. */
  public LedgerAssert hasKinds(String... kinds) {
    List<String> found = ledger.stream().map(ExecutedOperation::kind).toList();
    if (!found.equals(List.of(kinds))) {
      throw failure("the kinds " + List.of(kinds) + ", but they are " + found);
    }
    return this;
  }

  /** The weights after the last operation have this hash. */
  public LedgerAssert endsWithWeights(String hash) {
    if (ledger.isEmpty() || !ledger.get(ledger.size() - 1).weightsHash().equals(hash)) {
      throw failure("to end with weights " + hash);
    }
    return this;
  }

  private AssertionError failure(String expected) {
    int from = Math.max(0, ledger.size() - 20);
    return new AssertionError(
        "expected the ledger to have %s; the last of its %d operations: %s"
            .formatted(expected, ledger.size(), ledger.subList(from, ledger.size())));
  }
}
