package io.tinker4j.testkit;

import io.tinker4j.testkit.model.LoraModel;
import io.tinker4j.types.UnloadModelResponse;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A live model: takes in its operations in any order, carries them out in theirs, and keeps the
 * books. Number 0 is the creation of the model; requests have numbers from 1. Safe for use by many
 * threads.
 */
final class TrainedModel {
  private static final Logger LOG = System.getLogger(TrainedModel.class.getName());

  /** How many operations a restart repeats at most, or few more: snapshots wait for a step. */
  private static final long SNAPSHOT_INTERVAL = 64;

  private final String id;
  private final Session session;
  private final TrainingRunEntry run;
  private final Workshop workshop;
  private final OperationLane lane;

  /** Set and read by the lane's operations, which follow one another; likewise the next one. */
  private @Nullable LoraModel engine;

  private long lastSnapshot;

  /** Guards all fields below. */
  private final ReentrantLock lock = new ReentrantLock();

  private final Map<Long, Submission> submissions = new HashMap<>();
  private final Set<Promise> pending = new LinkedHashSet<>();
  private final Set<Long> arrivals = new LinkedHashSet<>();
  private final List<ExecutedOperation> ledger = new ArrayList<>();
  private @Nullable String weightsHash;
  private @Nullable Promise unloading;
  private long taken;

  /** Creates a model whose first operation is the one with this number. */
  TrainedModel(
      String id, Session session, TrainingRunEntry run, Workshop workshop, long firstNumber) {
    this.id = id;
    this.session = session;
    this.run = run;
    this.workshop = workshop;
    lane = new OperationLane(workshop.compute().lanes(), firstNumber);
  }

  /** A request that was taken in: what tells it from others, and where it is in the journal. */
  private record Submission(String fingerprint, String requestId, long entry) {}

  /** Makes the engine, on a processor thread. */
  @FunctionalInterface
  interface Creation {
    LoraModel createEngine() throws Exception;
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

  /** On whose account the operations are. */
  UsageMeter.Account account() {
    return new UsageMeter.Account(session.owner(), session.id(), run.baseModel());
  }

  /**
   * Starts the model and gives the promise this result; to be called once, first of all.
   *
   * @param repeatable whether the same creation gives the same engine at any time
   */
  void create(Promise promise, Creation creation, Object result, boolean repeatable) {
    lane.submit(
        0,
        () -> {
          Outcome outcome =
              compute(() -> {
                LoraModel created = creation.createEngine();
                engine = created;
                setWeightsHash(created.weightsHash());
                if (!repeatable) {
                  snapshot(0, created);
                }
                return result;
              });
          finish(workshop.chronicle().done(promise.requestId()), promise, outcome);
        });
  }

  /**
   * Makes the engine what it was; to be called once, instead of {@link #create}, for a model whose
   * creation has ended. The engine of a corrupted run is not needed any more.
   *
   * @param creation makes the engine anew; null when only a snapshot can
   * @param reader reads a request again
   */
  void restore(
      ModelHistory history,
      @Nullable Creation creation,
      Function<StoredRequest, ModelOperation> reader) {
    Promise end = history.unloading();
    if (end == null || !end.isDone()) {
      lane.submit(
          history.last(),
          () -> {
            if (!run.isCorrupted()) {
              rebuild(history, creation, reader);
            }
          });
    }
  }

  /** Takes over the books and goes on with what is not done; to be called once, then. */
  void resume(ModelHistory history, Function<StoredRequest, ModelOperation> reader) {
    lock.lock();
    try {
      ledger.addAll(history.done());
      if (!ledger.isEmpty()) {
        weightsHash = ledger.get(ledger.size() - 1).weightsHash();
      }
      history.accepted().forEach(accepted -> resume(accepted, reader));
      unloading = history.unloading();
      Promise end = unloading;
      if (end != null && !end.isDone()) {
        lane.finish(() -> end(end));
      }
    } finally {
      lock.unlock();
    }
  }

  private void resume(
      ModelHistory.Accepted accepted, Function<StoredRequest, ModelOperation> reader) {
    long seqId = accepted.seqId();
    Promise promise = accepted.promise();
    arrivals.add(seqId);
    Submission submission =
        new Submission(accepted.fingerprint(), promise.requestId(), accepted.address());
    boolean isAgain = submissions.put(seqId, submission) != null;
    if (!promise.isDone()) {
      pending.add(promise);
      Runnable execution = () -> execute(read(accepted, reader), promise);
      if (isAgain) {
        lane.submitAgain(seqId, execution);
      } else {
        lane.submit(seqId, execution);
      }
    }
  }

  private ModelOperation read(
      ModelHistory.Accepted accepted, Function<StoredRequest, ModelOperation> reader) {
    return reader.apply(workshop.chronicle().read(accepted.address()));
  }

  private void rebuild(
      ModelHistory history,
      @Nullable Creation creation,
      Function<StoredRequest, ModelOperation> reader) {
    Rebuilding rebuilding =
        new Rebuilding(this, history, accepted -> read(accepted, reader), workshop.chronicle());
    Outcome outcome =
        compute(() -> {
          LoraModel rebuilt = rebuilding.run(creation);
          setWeightsHash(rebuilt.weightsHash());
          lastSnapshot = history.latestSnapshot().orElse(0L);
          engine = rebuilt;
          return rebuilt;
        });
    if (outcome instanceof Outcome.Failed failed) {
      run.corrupt();
      LOG.log(Level.ERROR, () -> "model not rebuilt id=" + id + " reason=" + failed.message());
    }
  }

  /**
   * Takes in an operation, durably.
   *
   * @return the id of the promise of its result; the first one when the same operation was sent
   *     before
   * @throws RefusedException 400 for a number below 1, 404 when the model is unloaded, 409 when
   *     another operation has this number
   */
  String submit(ModelOperation operation, StoredRequest request) {
    long seqId = operation.seqId();
    if (seqId < 1 && workshop.behaviour().ordersRequests()) {
      throw RefusedException.badRequest("seq_id is " + seqId + "; requests count from 1");
    }
    Submission submission;
    lock.lock();
    try {
      submission = isRecognised(operation) ? submissions.get(seqId) : null;
      if (submission == null) {
        submission = takeIn(operation, request);
      } else if (!submission.fingerprint().equals(operation.fingerprint())) {
        throw RefusedException.conflict(
            "seq_id " + seqId + " of model " + id + " belongs to another request");
      }
    } finally {
      lock.unlock();
    }
    workshop.chronicle().sync(submission.entry());
    return submission.requestId();
  }

  private Submission takeIn(ModelOperation operation, StoredRequest request) {
    if (unloading != null) {
      throw RefusedException.notFound("model " + id + " is unloaded");
    }
    operation.check();
    long seqId = operation.seqId();
    Promise promise = workshop.futures().create(session.owner());
    long entry = workshop.chronicle().accept(promise.requestId(), operation, request);
    Submission submission = new Submission(operation.fingerprint(), promise.requestId(), entry);
    boolean isAgain = isNumbered(operation) && submissions.put(seqId, submission) != null;
    arrivals.add(seqId);
    pending.add(promise);
    Runnable execution = () -> execute(operation, promise);
    if (!workshop.behaviour().ordersRequests()) {
      lane.submit(++taken, execution);
    } else if (isAgain) {
      lane.submitAgain(seqId, execution);
    } else {
      lane.submit(seqId, execution);
    }
    return submission;
  }

  private boolean isRecognised(ModelOperation operation) {
    return workshop.deduplicates() && isNumbered(operation);
  }

  private boolean isNumbered(ModelOperation operation) {
    return operation.seqId() > 0 && workshop.behaviour().recognises(operation.kind());
  }

  /** Changes an engine between two operations. */
  @FunctionalInterface
  interface Change {
    void apply(LoraModel engine) throws Exception;
  }

  /**
   * Changes the weights in the turn of whoever asks, and then goes on with what depends on it; for
   * servers that carry out requests in the order of their arrival.
   */
  void overwrite(Change change, Runnable then) {
    lock.lock();
    try {
      if (unloading == null) {
        lane.submit(
            ++taken,
            () -> {
              apply(change);
              workshop.compute().processors().execute(then);
            });
        return;
      }
    } finally {
      lock.unlock();
    }
    workshop.compute().processors().execute(then);
  }

  private void apply(Change change) {
    LoraModel model = engine;
    if (model == null) {
      return;
    }
    Outcome outcome =
        compute(() -> {
          change.apply(model);
          setWeightsHash(model.weightsHash());
          return model;
        });
    if (outcome instanceof Outcome.Failed failed) {
      LOG.log(
          Level.WARNING, () -> "weights not overwritten id=" + id + " reason=" + failed.message());
    }
  }

  /** Ends the model after the operations before the first gap; the others fail. */
  Promise unload() {
    lock.lock();
    try {
      if (unloading == null) {
        Promise promise = workshop.futures().create(session.owner());
        long entry = workshop.chronicle().unload(promise.requestId(), id);
        unloading = promise;
        workshop.chronicle().sync(entry);
        lane.finish(() -> end(promise));
      }
      return unloading;
    } finally {
      lock.unlock();
    }
  }

  private void end(Promise promise) {
    engine = null;
    failPending();
    deleteSnapshots(Long.MAX_VALUE);
    finish(
        workshop.chronicle().done(promise.requestId()),
        promise,
        new Outcome.Finished(UnloadModelResponse.builder().modelId(id).build()));
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

  private void execute(ModelOperation operation, Promise promise) {
    Outcome outcome = outcome(operation);
    if (outcome instanceof Outcome.Lost) {
      return;
    }
    ExecutedOperation executed =
        new ExecutedOperation(
            operation.seqId(),
            operation.kind().wireName(),
            operation.payloadHash(),
            weightsHash() == null ? "" : String.valueOf(weightsHash()),
            workshop.chronicle().nextOrder());
    long billed = outcome instanceof Outcome.Finished ? operation.usage() : 0;
    operation.kind().billed().ifPresent(kind -> workshop.meter().add(account(), kind, billed));
    lock.lock();
    try {
      ledger.add(executed);
      pending.remove(promise);
    } finally {
      lock.unlock();
    }
    finish(
        workshop.chronicle().done(promise.requestId(), this, executed, billed), promise, outcome);
    if (lastSnapshot == operation.seqId()) {
      deleteSnapshots(lastSnapshot);
    }
  }

  private Outcome outcome(ModelOperation operation) {
    LoraModel model = engine;
    if (run.isCorrupted()) {
      return new Outcome.Failed("training run " + id + " is corrupted", "server");
    }
    return model == null
        ? Outcome.Failed.user("model " + id + " could not be created")
        : compute(() -> run(operation, model));
  }

  private Object run(ModelOperation operation, LoraModel model) throws Exception {
    try {
      return operation.work().run(this, model);
    } finally {
      if (operation.kind().changesWeights()) {
        setWeightsHash(model.weightsHash());
        snapshotIfDue(operation, model);
      }
    }
  }

  /** Snapshots are taken where no gradients have accumulated: after a step and after loading. */
  private void snapshotIfDue(ModelOperation operation, LoraModel model) throws IOException {
    if (operation.kind() == OperationKind.LOAD_WEIGHTS
        || operation.seqId() - lastSnapshot >= SNAPSHOT_INTERVAL) {
      snapshot(operation.seqId(), model);
    }
  }

  private void snapshot(long seqId, LoraModel model) throws IOException {
    if (workshop.chronicle().isDurable() && workshop.behaviour().modelsSurviveRestart()) {
      workshop.chronicle().engines().keep(id, seqId, model);
      workshop.chronicle().snapshot(id, seqId);
      lastSnapshot = seqId;
    }
  }

  private void deleteSnapshots(long before) {
    try {
      workshop.chronicle().engines().deleteBefore(id, before);
    } catch (IOException e) {
      LOG.log(Level.WARNING, () -> "old snapshots not deleted model_id=" + id, e);
    }
  }

  /** Runs a task on a processor thread; the outcome is lost when the server closes meanwhile. */
  private Outcome compute(Callable<Object> task) {
    try {
      return new Outcome.Finished(workshop.compute().call(task));
    } catch (InterruptedException e) {
      // The server is closing, which ends all promises.
      Thread.currentThread().interrupt();
      return new Outcome.Lost();
    } catch (Exception e) {
      return Outcome.Failed.of(e);
    }
  }

  /** Writes down how a request ended and then tells. */
  private void finish(Map<String, Object> fields, Promise promise, Outcome outcome) {
    try {
      promise.complete(workshop.chronicle().finish(fields, outcome));
    } catch (UncheckedIOException e) {
      LOG.log(Level.ERROR, () -> "outcome not written request_id=" + promise.requestId(), e);
      promise.complete(new Outcome.Lost());
    }
  }

  private void failPending() {
    List<Promise> failing;
    lock.lock();
    try {
      failing = List.copyOf(pending);
      pending.clear();
    } finally {
      lock.unlock();
    }
    for (Promise promise : failing) {
      finish(
          workshop.chronicle().done(promise.requestId()),
          promise,
          Outcome.Failed.user("model " + id + " is unloaded"));
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
}
