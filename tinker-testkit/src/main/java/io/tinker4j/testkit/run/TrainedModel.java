package io.tinker4j.testkit.run;

import io.tinker4j.testkit.checkpoint.TrainingRunEntry;
import io.tinker4j.testkit.http.RefusedException;
import io.tinker4j.testkit.observe.ExecutedOperation;
import io.tinker4j.types.UnloadModelResponse;
import java.io.UncheckedIOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A live model: takes in its operations in any order, carries them out in theirs, and keeps the
 * books. Number 0 is the creation of the model; requests have numbers from 1. Safe for use by many
 * threads.
 */
public final class TrainedModel {
  private static final Logger LOG = System.getLogger(TrainedModel.class.getName());

  private final String id;
  private final ServerSession session;
  private final TrainingRunEntry run;
  private final Workshop workshop;
  private final OperationLane lane;
  private final LiveEngine engine;

  /** Guards all fields below. */
  private final ReentrantLock lock = new ReentrantLock();

  private final Map<Long, Submission> submissions = new HashMap<>();
  private final Set<Promise> pending = new LinkedHashSet<>();
  private final Set<Long> arrivals = new LinkedHashSet<>();
  private final List<ExecutedOperation> ledger = new ArrayList<>();
  private @Nullable Promise unloading;
  private long taken;

  /** Creates a model whose first operation is the one with this number. */
  public TrainedModel(
      String id, ServerSession session, TrainingRunEntry run, Workshop workshop, long firstNumber) {
    this.id = id;
    this.session = session;
    this.run = run;
    this.workshop = workshop;
    lane = new OperationLane(workshop.compute().lanes(), firstNumber);
    engine = new LiveEngine(id, run, workshop);
  }

  /** A request that was taken in: what tells it from others, and where it is in the journal. */
  private record Submission(String fingerprint, String requestId, long entry) {}

  /** What stands under a number that counts as used though its request was refused. */
  private static final Submission REFUSED = new Submission("", "", -1);

  public String id() {
    return id;
  }

  public ServerSession session() {
    return session;
  }

  public TrainingRunEntry run() {
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
  public void create(
      Promise promise, LiveEngine.Creation creation, Object result, boolean repeatable) {
    lane.submit(
        0,
        () -> {
          Outcome outcome = engine.create(creation, result, repeatable);
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
  public void restore(
      ModelHistory history,
      LiveEngine.@Nullable Creation creation,
      Function<StoredRequest, ModelOperation> reader) {
    Promise end = history.unloading();
    if (end == null || !end.isDone()) {
      lane.submit(
          history.last(),
          () -> {
            if (!run.isCorrupted()) {
              engine.rebuild(
                  new Rebuilding(
                      this, history, accepted -> read(accepted, reader), workshop.chronicle()),
                  creation,
                  history.latestSnapshot().orElse(0L));
            }
          });
    }
  }

  /** Takes over the books and goes on with what is not done; to be called once, then. */
  public void resume(ModelHistory history, Function<StoredRequest, ModelOperation> reader) {
    lock.lock();
    try {
      ledger.addAll(history.done());
      if (!ledger.isEmpty()) {
        engine.recall(ledger.get(ledger.size() - 1).weightsHash());
      }
      history.accepted().forEach(accepted -> resume(accepted, reader));
      history.refused().forEach(seqId -> use(seqId, history.last()));
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
      promise.waitsFor(() -> obstacle(seqId));
      Runnable execution = () -> execute(read(accepted, reader), promise);
      if (isAgain) {
        lane.submitAgain(seqId, execution);
      } else {
        lane.submit(seqId, execution);
      }
    }
  }

  /** Lets the lane pass over a number without an operation; those up to {@code last} are past. */
  private void use(long seqId, long last) {
    submissions.put(seqId, REFUSED);
    if (seqId > last) {
      lane.submit(seqId, () -> {});
    }
  }

  private ModelOperation read(
      ModelHistory.Accepted accepted, Function<StoredRequest, ModelOperation> reader) {
    return reader.apply(workshop.chronicle().read(accepted.address()));
  }

  /**
   * Takes in an operation, durably.
   *
   * @return the id of the promise of its result; the first one when the same operation was sent
   *     before
   * @throws RefusedException 400 for a number below 1, 404 when the model is unloaded, 409 when
   *     another operation has this number
   */
  public String submit(ModelOperation operation, StoredRequest request) {
    long seqId = operation.seqId();
    if (seqId < 1 && workshop.behaviour().ordersRequests()) {
      throw RefusedException.badRequest("seq_id is " + seqId + "; requests count from 1");
    }
    Submission submission;
    lock.lock();
    try {
      boolean isRecognised = workshop.deduplicates() && isNumbered(operation);
      submission = isRecognised ? submissions.get(seqId) : null;
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

  /** Counts a number as used whose request is refused, where that is so and it was free. */
  public void refuse(long seqId) {
    if (seqId < 1 || !workshop.refusalsTakeNumbers() || !workshop.behaviour().ordersRequests()) {
      return;
    }
    long entry;
    lock.lock();
    try {
      if (unloading != null || submissions.containsKey(seqId)) {
        return;
      }
      entry = workshop.chronicle().refuse(id, seqId);
      use(seqId, 0);
    } finally {
      lock.unlock();
    }
    workshop.chronicle().sync(entry);
  }

  private Submission takeIn(ModelOperation operation, StoredRequest request) {
    if (unloading != null) {
      throw RefusedException.notFound("model " + id + " is unloaded");
    }
    operation.check();
    long seqId = operation.seqId();
    Promise promise = workshop.futures().create(session.owner());
    promise.waitsFor(() -> obstacle(seqId));
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

  private Optional<String> obstacle(long seqId) {
    OptionalLong missing = lane.missing();
    return missing.isPresent() && missing.getAsLong() < seqId
        ? Optional.of(
            "seq_id %d waits for seq_id %d, which has not arrived"
                .formatted(seqId, missing.getAsLong()))
        : Optional.empty();
  }

  private boolean isNumbered(ModelOperation operation) {
    return operation.seqId() > 0 && workshop.behaviour().recognises(operation.kind());
  }

  /**
   * Changes the weights in the turn of whoever asks, and then goes on with what depends on it; for
   * servers that carry out requests in the order of their arrival.
   */
  void overwrite(LiveEngine.Change change, Runnable then) {
    lock.lock();
    try {
      if (unloading == null) {
        lane.submit(
            ++taken,
            () -> {
              engine.apply(change);
              workshop.compute().processors().execute(then);
            });
        return;
      }
    } finally {
      lock.unlock();
    }
    workshop.compute().processors().execute(then);
  }

  /** Ends the model after the operations before the first gap; the others fail. */
  public Promise unload() {
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
    engine.drop();
    failPending();
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
  @Nullable
  public String weightsHash() {
    return engine.weightsHash();
  }

  public List<ExecutedOperation> ledger() {
    lock.lock();
    try {
      return List.copyOf(ledger);
    } finally {
      lock.unlock();
    }
  }

  public List<Long> arrivals() {
    lock.lock();
    try {
      return List.copyOf(arrivals);
    } finally {
      lock.unlock();
    }
  }

  private void execute(ModelOperation operation, Promise promise) {
    Outcome outcome = engine.run(operation, this);
    if (outcome instanceof Outcome.Lost) {
      return;
    }
    ExecutedOperation executed =
        new ExecutedOperation(
            operation.seqId(),
            operation.kind().wireName(),
            operation.payloadHash(),
            Objects.requireNonNullElse(engine.weightsHash(), ""),
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
    engine.forgetBefore(operation.seqId());
  }

  /** Writes down how a request ended and then tells. */
  private void finish(Map<String, Object> fields, Promise promise, Outcome outcome) {
    try {
      promise.complete(workshop.chronicle().finish(fields, outcome));
    } catch (UncheckedIOException e) {
      Level level = workshop.compute().isClosing() ? Level.DEBUG : Level.ERROR;
      LOG.log(level, () -> "outcome not written request_id=" + promise.requestId(), e);
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
}
