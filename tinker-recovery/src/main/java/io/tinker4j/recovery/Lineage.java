package io.tinker4j.recovery;

import io.tinker4j.recovery.journal.DataPosition;
import io.tinker4j.recovery.journal.JournalEntry.StepSubmitted;
import io.tinker4j.recovery.journal.JournalEntry.StepsConfirmed;
import io.tinker4j.transport.CallInterruptedException;
import io.tinker4j.transport.Time;
import io.tinker4j.transport.TinkerException;
import io.tinker4j.types.ForwardBackwardOutput;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/**
 * Trains one model, from its starting point until the data ends or something happens to it. Used by
 * one thread.
 */
final class Lineage<B> {
  private final RunSettings<B> settings;
  private final RunContext context;
  private final int number;
  private final StartingPoint startingPoint;
  private final long highest;
  private final LineageAwaiter awaiter;
  private final Checkpoints<B> checkpoints;
  private final ColdStart<B> coldStart;
  private final Deque<InFlight> window = new ArrayDeque<>();
  private long submitted;
  private long confirmed;
  private DataPosition position;

  Lineage(
      RunSettings<B> settings,
      RunContext context,
      int number,
      StartingPoint startingPoint,
      long highest,
      ColdStart<B> coldStart) {
    this.settings = settings;
    this.context = context;
    this.number = number;
    this.startingPoint = startingPoint;
    this.highest = highest;
    this.coldStart = coldStart;
    this.submitted = startingPoint.step();
    this.confirmed = startingPoint.step();
    this.position = startingPoint.position();
    this.awaiter =
        new LineageAwaiter(startingPoint.client().modelId(), settings.policy.recoversFrom());
    this.checkpoints = new Checkpoints<>(settings, context, number, startingPoint, awaiter);
  }

  /** What has failed beside the model, which is there as before. */
  private static final class BesideException extends Exception {
    private static final long serialVersionUID = 1;

    BesideException(IncidentException what) {
      super(what);
    }

    IncidentException what() {
      return (IncidentException) Objects.requireNonNull(getCause());
    }
  }

  /** A step that is not known to be done. */
  private record InFlight(long step, DataPosition position, TrainingStep.Submitted operations) {}

  String modelId() {
    return startingPoint.client().modelId();
  }

  /** Ends it because of what was seen from elsewhere; called by any thread. */
  void fail(RunMonitor.Detection detection) {
    awaiter.fail(new IncidentException(modelId(), detection.toString(), null));
  }

  long reached() {
    return confirmed;
  }

  /** Returns how many steps were done that had been done before. */
  long replayed() {
    return Math.max(0, Math.min(confirmed, highest) - startingPoint.step());
  }

  /** Returns true when the run is complete, false when it was asked to stop. */
  boolean train() throws IncidentException, InterruptedException {
    try {
      return trainOn();
    } catch (BesideException e) {
      throw savedBefore(e.what());
    }
  }

  /**
   * Saves a model that still lives before it is left: it may be the last one, when the limits of
   * the policy are reached or the server is not to be had for long.
   */
  private IncidentException savedBefore(IncidentException incident) throws InterruptedException {
    IncidentException late =
        new IncidentException(modelId(), "it took longer than attemptTimeout", null);
    Time.Scheduled limit =
        settings.time.schedule(settings.policy.attemptTimeout(), () -> awaiter.fail(late));
    String outcome;
    try {
      confirmAll();
      String path = checkpoints.saveNow(confirmed, position);
      outcome = path.isEmpty() ? "" : "; step %d was saved first: %s".formatted(confirmed, path);
    } catch (IncidentException e) {
      outcome = "; step %d could not be saved first: %s".formatted(confirmed, e.what());
    } finally {
      boolean unused = limit.cancel();
    }
    return new IncidentException(modelId(), incident.what() + outcome, incident.getCause());
  }

  private boolean trainOn() throws BesideException, IncidentException, InterruptedException {
    try (Batches.Reader<B> data = settings.batches.open(startingPoint.position())) {
      if (startingPoint.from() == null) {
        checkpoints.save(0, startingPoint.position(), Map.of());
      }
      boolean complete = true;
      while (submitted < settings.steps && data.hasNext()) {
        if (context.stop().isGiven()) {
          complete = false;
          break;
        }
        submit(data);
        while (window.size() >= settings.inFlight) {
          confirmOldest();
        }
        if (submitted == startingPoint.step() + 1 && checkpoints.verifiesOptimizer()) {
          confirmAll();
          checkpoints.verifyOptimizer(coldStart);
        }
        checkpoints.settle(confirmed);
        context.report();
      }
      confirmAll();
      checkpoints.finish(confirmed, data.position(), complete);
      return complete;
    }
  }

  private void submit(Batches.Reader<B> data) throws BesideException, InterruptedException {
    List<B> batches = new ArrayList<>();
    long epoch = data.position().epoch();
    while (batches.size() < settings.accumulate && data.hasNext()) {
      batches.add(data.next());
    }
    DataPosition position = data.position();
    long step = submitted + 1;
    context.journal().appendLater(new StepSubmitted(number, step, position));
    TrainingStep.Submitted operations = call(batches, step);
    operations.passes().forEach(awaiter::watch);
    awaiter.watch(operations.update());
    window.add(new InFlight(step, position, operations));
    submitted = step;
    try {
      checkpoints.stepSubmitted(step, position, endsEpoch(epoch, position, data));
    } catch (CallInterruptedException e) {
      throw interrupted(e);
    } catch (TinkerException | CompletionException e) {
      throw new BesideException(awaiter.incident(LineageAwaiter.cause(e))); // of the evaluation
    }
  }

  /** The end of the data ends its last epoch, whatever place its reader calls that. */
  private boolean endsEpoch(long before, DataPosition behind, Batches.Reader<B> data) {
    return behind.epoch() > before || (settings.schedule.everyEpoch() && !data.hasNext());
  }

  /** A step of the user's may block, and then meets incidents before the operations do. */
  private TrainingStep.Submitted call(List<B> batches, long step)
      throws BesideException, InterruptedException {
    try {
      return settings.step.submit(startingPoint.client(), List.copyOf(batches), step);
    } catch (CallInterruptedException e) {
      throw interrupted(e);
    } catch (TinkerException | CompletionException e) {
      throw new BesideException(awaiter.incident(LineageAwaiter.cause(e)));
    }
  }

  /** What blocks in the SDK says it with an exception of its own, and the thread's flag. */
  private static InterruptedException interrupted(CallInterruptedException e) {
    boolean unused = Thread.interrupted();
    InterruptedException interrupted = new InterruptedException(e.getMessage());
    interrupted.initCause(e);
    return interrupted;
  }

  private void confirmAll() throws IncidentException, InterruptedException {
    while (!window.isEmpty()) {
      confirmOldest();
    }
  }

  private void confirmOldest() throws IncidentException, InterruptedException {
    InFlight oldest = window.getFirst();
    List<ForwardBackwardOutput> outputs = new ArrayList<>();
    for (CompletableFuture<ForwardBackwardOutput> pass : oldest.operations().passes()) {
      outputs.add(awaiter.await(pass));
    }
    awaiter.await(oldest.operations().update());
    window.removeFirst();
    confirmed = oldest.step();
    position = oldest.position();
    context.journal().append(new StepsConfirmed(number, confirmed, confirmed));
    if (confirmed > highest) {
      context.events().completed(confirmed);
    }
    TrainingStep.StepResult result =
        new TrainingStep.StepResult(confirmed, oldest.position(), outputs);
    checkpoints.stepConfirmed(result);
    context.tracker().step(result);
    settings.onStep.accept(result);
  }
}
