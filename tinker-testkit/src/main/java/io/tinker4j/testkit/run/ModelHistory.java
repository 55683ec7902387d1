package io.tinker4j.testkit.run;

import io.tinker4j.testkit.journal.LogEntry;
import io.tinker4j.testkit.observe.ExecutedOperation;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** What the journal says of one model. */
public final class ModelHistory {
  private final LogEntry creation;
  private final Promise created;

  /** Requests in the order in which they came. */
  private final List<Accepted> accepted = new ArrayList<>();

  private final List<ExecutedOperation> done = new ArrayList<>();
  private final TreeSet<Long> snapshots = new TreeSet<>();
  private final Set<Long> refused = new TreeSet<>();
  private @Nullable Promise unloading;

  public ModelHistory(LogEntry creation, Promise created) {
    this.creation = creation;
    this.created = created;
  }

  /** A request that was taken in: its number, where it is in the journal, and its promise. */
  public record Accepted(long seqId, long address, String fingerprint, Promise promise) {}

  public LogEntry creation() {
    return creation;
  }

  public Promise created() {
    return created;
  }

  public void accept(Accepted request) {
    accepted.add(request);
  }

  public List<Accepted> accepted() {
    return accepted;
  }

  public void execute(ExecutedOperation operation) {
    done.add(operation);
  }

  /** Operations that ended, in the order in which they did. */
  List<ExecutedOperation> done() {
    return done.stream().sorted(Comparator.comparingLong(ExecutedOperation::order)).toList();
  }

  /** The number of the last operation that ended; 0 when none did. */
  public long last() {
    return done.stream().mapToLong(ExecutedOperation::seqId).max().orElse(0);
  }

  public void snapshot(long seqId) {
    snapshots.add(seqId);
  }

  /** The latest snapshot that is not of an operation whose end was lost. */
  Optional<Long> latestSnapshot() {
    return Optional.ofNullable(snapshots.floor(last()));
  }

  /** Notes a number that counts as used though its request was refused. */
  public void refuse(long seqId) {
    refused.add(seqId);
  }

  /** The numbers of refused requests that count as used. */
  Set<Long> refused() {
    return refused;
  }

  public void unload(Promise promise) {
    unloading = promise;
  }

  /** The promise of the end of the model, or null when it was to go on. */
  @Nullable Promise unloading() {
    return unloading;
  }
}
