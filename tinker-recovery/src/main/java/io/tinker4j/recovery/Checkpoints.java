package io.tinker4j.recovery;

import io.tinker4j.recovery.journal.CheckpointRecord;
import io.tinker4j.recovery.journal.CheckpointRecord.ProbeLogprobs;
import io.tinker4j.recovery.journal.DataPosition;
import io.tinker4j.recovery.journal.JournalEntry.CheckpointSaved;
import io.tinker4j.recovery.store.JournalState;
import io.tinker4j.training.RequestFailedException;
import io.tinker4j.training.SaveOptions;
import io.tinker4j.types.ForwardBackwardOutput;
import io.tinker4j.types.SaveWeightsResponse;
import io.tinker4j.types.TinkerPath;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Saves the checkpoints of one lineage: queued directly behind the step that they belong to, one at
 * a time, and written down when the server has saved them and the step is known to be done.
 */
final class Checkpoints<B> {
  private static final int FINAL_TRIES = 3;
  private static final int QUOTED = 200;

  private final RunSettings<B> settings;
  private final RunContext context;
  private final int lineage;
  private final StartingPoint startingPoint;
  private final LineageAwaiter awaiter;
  private final RunIdentity identity;
  private @Nullable Pending pending;
  private boolean due;
  private long lastDue;
  private long recorded;
  private int names;
  private double best;

  /** What is known about the step that was done last, for a checkpoint at the end. */
  private final Map<String, Double> latest = new HashMap<>();

  private Map<String, Double> evaluated = Map.of();
  private long evaluatedStep;

  Checkpoints(
      RunSettings<B> settings,
      RunContext context,
      int lineage,
      StartingPoint startingPoint,
      LineageAwaiter awaiter) {
    this.settings = settings;
    this.context = context;
    this.lineage = lineage;
    this.startingPoint = startingPoint;
    this.awaiter = awaiter;
    this.identity = new RunIdentity(settings);
    this.lastDue = settings.time.nanoTime();
    this.recorded = startingPoint.from() == null ? -1 : startingPoint.step();
    this.best = bestOf(context.journal().state());
  }

  /** A save under way. */
  private static final class Pending {
    final long step;
    final DataPosition position;
    final CompletableFuture<SaveWeightsResponse> save;
    final @Nullable CompletableFuture<ForwardBackwardOutput> probe;
    @Nullable CompletableFuture<ForwardBackwardOutput> probeAfter;
    final Map<String, Double> metrics = new HashMap<>();

    Pending(
        long step,
        DataPosition position,
        CompletableFuture<SaveWeightsResponse> save,
        @Nullable CompletableFuture<ForwardBackwardOutput> probe) {
      this.step = step;
      this.position = position;
      this.save = save;
      this.probe = probe;
    }
  }

  /** Queues a save behind what was submitted; there must be none under way. */
  void save(long step, DataPosition position, Map<String, Double> metrics) {
    String name = "step-%06d".formatted(step) + (names == 0 ? "" : "-" + names);
    SaveOptions.Builder options = SaveOptions.builder();
    settings.schedule.ttl().ifPresent(options::ttl);
    CompletableFuture<SaveWeightsResponse> save =
        startingPoint.client().saveState(name, options.build());
    Pending next = new Pending(step, position, save, probe());
    next.metrics.putAll(metrics);
    pending = next;
    due = false;
    lastDue = settings.time.nanoTime();
  }

  private @Nullable CompletableFuture<ForwardBackwardOutput> probe() {
    if (settings.probe.isEmpty()) {
      return null;
    }
    CompletableFuture<ForwardBackwardOutput> probe = settings.probe(startingPoint.client());
    awaiter.watch(probe);
    return probe;
  }

  private boolean probesTwice() {
    return settings.policy.verifyOptimizer() && !settings.probe.isEmpty();
  }

  /** A step was submitted and nothing behind it: the place for what belongs behind it. */
  void stepSubmitted(long step, DataPosition position, boolean endsEpoch) {
    if (pending != null && probesTwice() && step == pending.step + 1) {
      pending.probeAfter = probe();
    }
    Map<String, Double> metrics = evaluate(step);
    Duration sinceLast = Duration.ofNanos(settings.time.nanoTime() - lastDue);
    due |= settings.schedule.shouldSave(step, endsEpoch, sinceLast) || isBest(metrics);
    if (due && pending == null) {
      save(step, position, metrics);
    }
  }

  private Map<String, Double> evaluate(long step) {
    PeriodicEvaluation hook = settings.evaluation;
    if (hook == null || step % hook.everySteps() != 0) {
      return Map.of();
    }
    evaluated = Map.copyOf(hook.evaluation().evaluate(startingPoint.client(), step));
    evaluatedStep = step;
    context.tracker().evaluated(step, evaluated);
    return evaluated;
  }

  /** What was the best before an incident stays the best after it. */
  private double bestOf(JournalState.View state) {
    return settings
        .schedule
        .onBestMetric()
        .flatMap(metric ->
            state.checkpoints().stream()
                .min(metric.bestFirst())
                .map(checkpoint -> checkpoint.metrics().get(metric.name())))
        .orElse(Double.NaN);
  }

  private boolean isBest(Map<String, Double> metrics) {
    BestMetric metric = settings.schedule.onBestMetric().orElse(null);
    Double value = metric == null ? null : metrics.get(metric.name());
    if (metric == null || value == null || value.isNaN()) {
      return false;
    }
    boolean better = Double.isNaN(best) || metric.isBetter(value, best);
    best = better ? value : best;
    return better;
  }

  void stepConfirmed(TrainingStep.StepResult result) {
    Map<String, Double> metrics = result.metrics();
    if (pending != null && pending.step == result.step()) {
      metrics.forEach(pending.metrics::putIfAbsent);
    }
    due |= isBest(metrics);
    latest.clear();
    latest.putAll(metrics);
    if (evaluatedStep == result.step()) {
      latest.putAll(evaluated);
    }
  }

  /** Writes down the save under way when all that belongs to it is known; does not wait. */
  void settle(long confirmed) throws IncidentException, InterruptedException {
    Pending now = pending;
    if (now == null || now.step > confirmed || !now.save.isDone()) {
      return;
    }
    String failure = failure(now.save);
    if (failure != null) {
      failed(failure);
      return;
    }
    boolean isProbed =
        (now.probe == null || now.probe.isDone())
            && (!probesTwice() || (now.probeAfter != null && now.probeAfter.isDone()));
    if (isProbed && (!probesTwice() || confirmed > now.step)) {
      record(now);
    }
  }

  /** Returns why a save that is over has given no checkpoint; null when it has given one. */
  private @Nullable String failure(CompletableFuture<SaveWeightsResponse> save) {
    if (save.isCompletedExceptionally()) {
      return String.valueOf(save.exceptionNow().getMessage());
    }
    String path = save.resultNow().path();
    return isOfThisModel(path)
        ? null
        : "the server answered with the path '%s', which is no checkpoint of model %s to train from"
            .formatted(
                path.substring(0, Math.min(path.length(), QUOTED)),
                startingPoint.client().modelId());
  }

  /** Whether a path can be gone back to: some servers leave the kind out, none the run. */
  private boolean isOfThisModel(String path) {
    try {
      TinkerPath parsed = TinkerPath.parse(path);
      boolean isToTrainFrom =
          parsed instanceof TinkerPath.Training || parsed instanceof TinkerPath.Unqualified;
      return isToTrainFrom
          && !parsed.name().isBlank()
          && parsed.trainingRunId().equals(startingPoint.client().modelId());
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  private void failed(String reason) {
    pending = null;
    due = true;
    names++;
    context.events().degraded(RecoveryEvent.Degradation.SAVE_FAILED, reason);
  }

  private void record(Pending done) throws IncidentException, InterruptedException {
    CheckpointRecord.Builder record =
        CheckpointRecord.builder()
            .path(awaiter.await(done.save).path())
            .step(done.step)
            .position(done.position)
            .lineage(lineage)
            .savedAt(settings.time.now())
            .configHash(RunIdentity.hash(settings))
            .metrics(done.metrics);
    identity.identify(record, done.step, done.position);
    if (done.probe != null) {
      record.probe(ProbeLogprobs.of(awaiter.await(done.probe)));
    }
    if (done.probeAfter != null) {
      record.probeAfterNextStep(ProbeLogprobs.of(awaiter.await(done.probeAfter)));
    }
    context.journal().append(new CheckpointSaved(record.build()));
    recorded = done.step;
    pending = null;
    context.checkpointSaved(startingPoint.from());
  }

  /**
   * Saves the step that was done last, whatever the schedule says: something beside the model has
   * failed, and the model may not be there any more when it is over.
   *
   * @return the path; empty when that step is saved already or could not be saved
   */
  String saveNow(long confirmed, DataPosition position)
      throws IncidentException, InterruptedException {
    finishPending();
    if (recorded == confirmed) {
      return "";
    }
    save(confirmed, position, latest);
    finishPending();
    return recorded == confirmed ? context.journal().state().checkpoints().getLast().path() : "";
  }

  /**
   * Waits for the save under way, and saves the last step if that is asked for.
   *
   * @param complete whether it is the last step of the run, whose checkpoint is the run's result
   * @throws IncidentException also when that cannot be saved
   */
  void finish(long confirmed, DataPosition position, boolean complete)
      throws IncidentException, InterruptedException {
    finishPending();
    boolean isWanted = complete || settings.schedule.onClose();
    for (int tries = 1; isWanted && recorded < confirmed && tries <= FINAL_TRIES; tries++) {
      save(confirmed, position, latest);
      finishPending();
    }
    if (complete && recorded < confirmed) {
      throw new IncidentException(
          startingPoint.client().modelId(),
          "step %d could not be saved, and without its checkpoint the run is not complete"
              .formatted(confirmed),
          null);
    }
  }

  /** An operation that the server refuses leaves the model as it is; all else ends it. */
  private void finishPending() throws IncidentException, InterruptedException {
    Pending now = pending;
    if (now == null) {
      return;
    }
    CompletableFuture<Object> settled = new CompletableFuture<>();
    CompletableFuture<?> unused =
        now.save.whenComplete((result, failure) -> settled.complete(true));
    Object ignored = awaiter.await(settled);
    if (now.save.isCompletedExceptionally()
        && !(now.save.exceptionNow() instanceof RequestFailedException)) {
      throw awaiter.incident(now.save.exceptionNow());
    }
    String failure = failure(now.save);
    if (failure == null) {
      record(now);
    } else {
      failed(failure);
    }
  }

  /** Whether the first step after the restore has to show that the optimizer was restored. */
  boolean verifiesOptimizer() {
    return probesTwice()
        && startingPoint.from() != null
        && startingPoint.from().probeAfterNextStep().isPresent();
  }

  /**
   * Compares the weights after the first step with what they were when it was first done, and with
   * where an optimizer that starts afresh gets to.
   *
   * <p>A mismatch stops: this model is not trained any further, and the checkpoint is tried again
   * only when there is no other. It does not end the run at once, as a load that goes wrong once
   * should not cost a night; a server that always loses the optimizer ends it by {@code
   * maxAttempts}, with one step taken per attempt and none of them kept.
   */
  void verifyOptimizer(ColdStart<B> coldStart) throws IncidentException, InterruptedException {
    CheckpointRecord from = startingPoint.from();
    CompletableFuture<ForwardBackwardOutput> probe = probe();
    if (from == null || probe == null) {
      return;
    }
    ProbeLogprobs recorded = from.probeAfterNextStep().orElseThrow();
    double distance = recorded.distance(ProbeLogprobs.of(awaiter.await(probe)));
    if (distance > settings.policy.probeTolerance()) {
      String reason =
          "the first step moved the weights otherwise than before the incident, so the optimizer's"
              + " state is not what it was: a log-probability of the frozen batch is off by "
              + distance;
      context.events().rejected(from, reason);
      throw new IncidentException(startingPoint.client().modelId(), reason, null, from.path());
    }
    if (from.step() == 0) {
      context.events().verified("optimizer, which starts afresh here, to within " + distance);
      return;
    }
    try {
      double cold = recorded.distance(coldStart.after(from));
      if (cold > settings.policy.probeTolerance()) {
        context
            .events()
            .verified("optimizer, to within %s; a cold one is off by %s".formatted(distance, cold));
      } else {
        unverified("a cold one is off by %s, no more than probeTolerance".formatted(cold));
      }
    } catch (IncidentException e) { // of the other model: nothing has happened to this one
      unverified("a cold one could not be compared with: " + e.what());
    }
  }

  private void unverified(String why) {
    context
        .events()
        .degraded(
            RecoveryEvent.Degradation.UNVERIFIED,
            "the first step does not tell whether the optimizer was restored: " + why);
  }
}
