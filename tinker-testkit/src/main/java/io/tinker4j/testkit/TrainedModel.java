package io.tinker4j.testkit;

import io.tinker4j.testkit.model.LoraModel;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A live model: takes in its operations in any order, carries them out in theirs, and keeps the
 * books. Number 0 is the creation of the model; requests have numbers from 1. Safe for use by many
 * threads.
 */
final class TrainedModel {
  private final String id;
  private final Session session;
  private final TrainingRunEntry run;
  private final ComputePool compute;
  private final FutureStore futures;
  private final OperationLane lane;

  /** Set and read by the lane's operations, which follow one another. */
  private @Nullable LoraModel engine;

  /** Guards all fields below. */
  private final ReentrantLock lock = new ReentrantLock();

  private final Map<Long, Submission> submissions = new HashMap<>();
  private final Set<Long> arrivals = new LinkedHashSet<>();
  private final List<ExecutedOperation> ledger = new ArrayList<>();
  private @Nullable String weightsHash;
  private @Nullable Promise unloading;

  TrainedModel(
      String id, Session session, TrainingRunEntry run, ComputePool compute, FutureStore futures) {
    this.id = id;
    this.session = session;
    this.run = run;
    this.compute = compute;
    this.futures = futures;
    lane = new OperationLane(compute.lanes());
  }

  private record Submission(String fingerprint, Promise promise) {}

  /** Makes the engine, on a processor thread. */
  @FunctionalInterface
  interface Creation {
    LoraModel createEngine() throws Exception;
  }

  /** Works on the engine, on a processor thread, and returns a wire type. */
  @FunctionalInterface
  interface Work {
    Object run(LoraModel engine) throws Exception;
  }

  String id() {
    return id;
  }

  Session session() {
    return session;
  }

  TrainingRunEntry run() {
    return run;
  }

  /** Starts the model and gives the promise this result; to be called once, first of all. */
  void create(Promise promise, Creation creation, Object result) {
    lane.submit(
        0,
        () ->
            complete(
                promise,
                () -> {
                  LoraModel created = creation.createEngine();
                  engine = created;
                  setWeightsHash(created.weightsHash());
                  return result;
                }));
  }

  /**
   * Takes in an operation.
   *
   * @return the promise of its result; the first one when the same operation was sent before
   * @throws RefusedException 400 for a number below 1, 404 when the model is unloaded, 409 when
   *     another operation has this number
   */
  Promise submit(long seqId, OperationKind kind, String fingerprint, Work work) {
    if (seqId < 1) {
      throw RefusedException.badRequest("seq_id is " + seqId + "; requests count from 1");
    }
    lock.lock();
    try {
      Submission first = submissions.get(seqId);
      if (first != null && first.fingerprint().equals(fingerprint)) {
        return first.promise();
      }
      if (first != null) {
        throw RefusedException.conflict(
            "seq_id " + seqId + " of model " + id + " belongs to another request");
      }
      if (unloading != null) {
        throw RefusedException.notFound("model " + id + " is unloaded");
      }
      Promise promise = futures.create();
      submissions.put(seqId, new Submission(fingerprint, promise));
      arrivals.add(seqId);
      lane.submit(seqId, () -> execute(seqId, kind, promise, work));
      return promise;
    } finally {
      lock.unlock();
    }
  }

  /** Ends the model after the operations before the first gap; the others fail. */
  Promise unload(Object result) {
    lock.lock();
    try {
      if (unloading == null) {
        Promise promise = futures.create();
        unloading = promise;
        lane.finish(() -> {
          engine = null;
          failPending();
          promise.complete(new Outcome.Finished(result));
        });
      }
      return unloading;
    } finally {
      lock.unlock();
    }
  }

  boolean isUnloaded() {
    lock.lock();
    try {
      return unloading != null;
    } finally {
      lock.unlock();
    }
  }

  /** The hash after the last operation, or null before the model exists. */
  @Nullable String weightsHash() {
    lock.lock();
    try {
      return weightsHash;
    } finally {
      lock.unlock();
    }
  }

  List<ExecutedOperation> ledger() {
    lock.lock();
    try {
      return List.copyOf(ledger);
    } finally {
      lock.unlock();
    }
  }

  List<Long> arrivals() {
    lock.lock();
    try {
      return List.copyOf(arrivals);
    } finally {
      lock.unlock();
    }
  }

  private void execute(long seqId, OperationKind kind, Promise promise, Work work) {
    LoraModel model = engine;
    if (model == null) {
      promise.complete(Outcome.Failed.user("model " + id + " could not be created"));
      return;
    }
    if (run.isCorrupted()) {
      promise.complete(new Outcome.Failed("training run " + id + " is corrupted", "server"));
      return;
    }
    complete(
        promise,
        () -> {
          try {
            return work.run(model);
          } finally {
            if (kind.changesWeights()) {
              setWeightsHash(model.weightsHash());
            }
            addToLedger(seqId, kind);
          }
        });
  }

  private void complete(Promise promise, Callable<Object> task) {
    try {
      promise.complete(new Outcome.Finished(compute.call(task)));
    } catch (InterruptedException e) {
      // The server is closing, which ends all promises.
      Thread.currentThread().interrupt();
    } catch (Exception e) {
      promise.complete(Outcome.Failed.of(e));
    }
  }

  private void failPending() {
    lock.lock();
    try {
      submissions
          .values()
          .forEach(submission ->
              submission.promise().complete(Outcome.Failed.user("model " + id + " is unloaded")));
    } finally {
      lock.unlock();
    }
  }

  private void setWeightsHash(String hash) {
    lock.lock();
    try {
      weightsHash = hash;
    } finally {
      lock.unlock();
    }
  }

  private void addToLedger(long seqId, OperationKind kind) {
    lock.lock();
    try {
      ledger.add(
          new ExecutedOperation(seqId, kind.wireName(), weightsHash == null ? "" : weightsHash));
    } finally {
      lock.unlock();
    }
  }
}
