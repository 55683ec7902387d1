package io.tinker4j.recovery;

import io.tinker4j.recovery.RecoveryPolicy.CheckpointChoice;
import io.tinker4j.recovery.RecoveryPolicy.OptimizerLoss;
import io.tinker4j.recovery.internal.Capacity;
import io.tinker4j.recovery.internal.LoadFailures;
import io.tinker4j.recovery.journal.CheckpointRecord;
import io.tinker4j.recovery.journal.CheckpointRecord.ProbeLogprobs;
import io.tinker4j.recovery.journal.DataPosition;
import io.tinker4j.recovery.journal.JournalException;
import io.tinker4j.recovery.store.CheckpointOrder;
import io.tinker4j.recovery.store.JournalState;
import io.tinker4j.recovery.store.JournalWriter;
import io.tinker4j.recovery.validation.CheckpointValidator;
import io.tinker4j.training.RestClient;
import io.tinker4j.training.ServiceClient;
import io.tinker4j.training.SessionListener;
import io.tinker4j.training.TrainingClient;
import io.tinker4j.transport.CircuitOpenException;
import io.tinker4j.transport.TinkerException;
import io.tinker4j.transport.internal.TinkerThreads;
import io.tinker4j.types.SessionOutcome;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Makes training clients: of the base model at the begin, of checkpoints after incidents. */
final class Restorer<B> implements AutoCloseable {
  private final RunSettings<B> settings;
  private final RecoveryPolicy policy;
  private final JournalWriter journal;
  private final TimedAttempt attempts;
  private final RunEvents events;
  private final RecoveryBudget budget;
  private final TimedAttempt briefly;
  private final LeftModels left;

  private static final System.Logger log = System.getLogger(Restorer.class.getName());

  /** How long unloading is waited for, which is not worth more. */
  private static final Duration BRIEFLY = Duration.ofSeconds(20);

  /** After so many failures with one checkpoint, an attempt goes on with the next. */
  private static final int FAILURES = 2;

  /** Checkpoints that did not restore what they had, in this incident. */
  private final Set<String> suspects = new HashSet<>();

  /** How often restoring a checkpoint has failed for what may lie elsewhere, in this incident. */
  private final Map<String, Integer> failures = new HashMap<>();

  private @Nullable ServiceClient service;
  private @Nullable TrainingClient model;

  Restorer(
      RunSettings<B> settings,
      RecoveryPolicy policy,
      JournalWriter journal,
      TinkerThreads threads,
      RunEvents events) {
    this.settings = settings;
    this.policy = policy;
    this.journal = journal;
    this.attempts = new TimedAttempt(settings.time, threads, policy.attemptTimeout());
    this.events = events;
    this.budget = new RecoveryBudget(policy, settings.time);
    this.briefly = new TimedAttempt(settings.time, threads, BRIEFLY);
    this.left = new LeftModels(threads, briefly);
  }

  /**
   * Returns what to train on: of the base model when there is no checkpoint yet.
   *
   * @param incident what has happened, null when nothing was: the run begins, or goes on where it
   *     was left
   * @throws RecoveryFailedException when the policy's limits are reached
   */
  StartingPoint establish(@Nullable IncidentException incident) throws InterruptedException {
    boolean isFresh = journal.state().lineages().isEmpty();
    if (incident != null) {
      note(incident);
    }
    Throwable last = incident;
    while (true) {
      checkLimits(last);
      Duration delay = budget.delay(settings.random.nextDouble());
      settings.time.sleep(last == null ? Duration.ZERO : delay);
      int attempt = budget.nextAttempt();
      try {
        return attempt(attempt, incident != null);
      } catch (JournalException e) { // another process has the run, or the choice names nothing
        throw e;
      } catch (TinkerException | AttemptException e) {
        if (isFresh && e instanceof TinkerException ours && isHopeless(ours)) {
          throw ours;
        }
        last = e;
        if (e instanceof CircuitOpenException open) {
          await(RecoveryEvent.Degradation.CIRCUIT_OPEN, open.retryAfter().orElseThrow(), open);
          continue;
        }
        if (Capacity.isExhausted(e)) {
          Optional<Duration> wait = budget.capacityWait(settings.random.nextDouble());
          if (wait.isPresent()) {
            await(RecoveryEvent.Degradation.NO_CAPACITY, wait.get(), e);
            continue;
          }
        }
        String reason = "attempt %d: %s".formatted(attempt, e.getMessage());
        budget.tried(reason);
        events.failed(reason);
      }
    }
  }

  /**
   * Waits for what says nothing about the run: a circuit that lets nothing through before it
   * closes, a server without room for a model. It was no attempt.
   */
  private void await(RecoveryEvent.Degradation degradation, Duration wait, Exception why)
      throws InterruptedException {
    budget.attemptWasNone();
    events.degraded(degradation, "waiting %s: %s".formatted(wait, why.getMessage()));
    settings.time.sleep(wait);
  }

  /** What grows with each step that is new. Nothing is done again when the tail is not replayed. */
  private long progress(JournalState.View state) {
    return policy.replayTail()
        ? state.highest()
        : state.confirmed().stream().mapToLong(each -> each.last() - each.first() + 1).sum();
  }

  private void checkLimits(@Nullable Throwable last) {
    String limit = budget.reached();
    if (limit != null) {
      events.exhausted(budget.tried());
      throw new RecoveryFailedException(
          limit, budget.tried(), last == null ? new IllegalStateException(limit) : last);
    }
  }

  private void note(IncidentException incident) {
    if (budget.incident(progress(journal.state()))) {
      suspects.clear();
      failures.clear();
    }
    budget.tried(incident.what());
    if (incident.suspect() != null) {
      suspects.add(incident.suspect());
    }
  }

  private static boolean isHopeless(TinkerException failure) {
    return LineageAwaiter.isHopeless(failure) && !Capacity.isExhausted(failure);
  }

  private void hasToDo(String what) {
    events.degraded(RecoveryEvent.Degradation.OLDER_CHECKPOINT, what);
  }

  private StartingPoint attempt(int number, boolean recovery)
      throws AttemptException, InterruptedException {
    if (recovery) {
      events.started(number);
    }
    end(SessionOutcome.ERRORED, "an incident has ended this part of the run");
    ServiceClient open = attempts.run(this::service);
    left.free(journal.state().lineages(), open.createRestClient());
    List<CheckpointRecord> candidates = candidates();
    if (candidates.isEmpty()) {
      return startAfresh();
    }
    Exception undecided = null;
    for (CheckpointRecord candidate : candidates) {
      if (!candidate.equals(candidates.get(0))) {
        hasToDo("that of step " + candidate.step() + " has to do");
      }
      try {
        StartingPoint restored = restore(candidate);
        if (restored != null) {
          return restored;
        }
      } catch (TinkerException | AttemptException e) {
        if (!goesOnBehind(candidate, number, e)) {
          throw e;
        }
        events.rejected(candidate, "it could not be restored: " + e.getMessage());
        undecided = candidate.step() > 0 ? e : undecided;
      }
    }
    if (candidates.getLast().step() == 0 && undecided == null) {
      hasToDo("the base model has to do, as it was at step 0");
      return startAfresh();
    }
    suspects.clear();
    String none = "none of %d checkpoints could be used".formatted(candidates.size());
    throw undecided == null
        ? new AttemptException(none)
        : new AttemptException(none + ": " + undecided.getMessage(), undecided);
  }

  /**
   * Whether a failure leads to an older checkpoint in the same attempt. A failure may be of the
   * server as a whole, or of this checkpoint, as when its files are damaged; servers say no
   * difference. The first one ends the attempt and the next attempt tries this checkpoint again;
   * the second one does not, nor does any in the last attempt. Newer checkpoints stay first.
   */
  private boolean goesOnBehind(CheckpointRecord candidate, int attempt, Exception failure) {
    boolean isOfThisAttempt =
        failure instanceof CircuitOpenException
            || failure instanceof JournalException
            || Capacity.isExhausted(failure);
    return !isOfThisAttempt
        && (failures.merge(candidate.path(), 1, Integer::sum) >= FAILURES
            || attempt >= policy.maxAttempts());
  }

  /** Returns what to train on, or null when the checkpoint is at fault, which is reported then. */
  private @Nullable StartingPoint restore(CheckpointRecord candidate)
      throws AttemptException, InterruptedException {
    events.selected(candidate, Math.max(0, journal.state().reached() - candidate.step()));
    String finding =
        isSpent(candidate)
            ? "it did not restore what it had"
            : attempts.run(() -> check(candidate));
    TrainingClient client = finding == null ? attempts.run(() -> load(candidate)) : null;
    if (client == null) {
      events.rejected(candidate, finding == null ? "it cannot be loaded" : finding);
      return null;
    }
    boolean isRestored = false;
    try {
      events.created(client.modelId(), candidate.path());
      String mismatch = attempts.run(() -> compare(client, candidate));
      if (mismatch != null) {
        events.rejected(candidate, mismatch);
        return null;
      }
      isRestored = true;
      model = client;
      return new StartingPoint(client, candidate.step(), candidate.position(), candidate);
    } finally {
      if (!isRestored) {
        free(client);
      }
    }
  }

  /** There is nothing older to go back to, but what it was saved from is to be had again. */
  private boolean isSpent(CheckpointRecord candidate) {
    return candidate.step() == 0 && suspects.contains(candidate.path());
  }

  private StartingPoint startAfresh() throws AttemptException, InterruptedException {
    TrainingClient fresh = attempts.run(this::createFromBase);
    model = fresh;
    return new StartingPoint(fresh, 0, DataPosition.START, null);
  }

  /**
   * Asks the server to unload a model and waits a little, as its place may be the last one and is
   * needed next. A model that stays goes with its session.
   */
  private void free(TrainingClient client) throws InterruptedException {
    left.noteFreed(client.modelId());
    try {
      Object unused = briefly.run(() -> TimedAttempt.join(client.unload()));
    } catch (TinkerException | AttemptException e) {
      log.log(
          System.Logger.Level.DEBUG,
          () -> "a model may stay: model=%s cause=%s".formatted(client.modelId(), e.getMessage()));
    }
  }

  private ServiceClient service() {
    ServiceClient open = service;
    if (open == null) {
      open = settings.service.get();
      service = open;
    }
    return open;
  }

  /** Returns a model with a checkpoint's weights and an optimizer that starts afresh. */
  TrainingClient loadWeights(CheckpointRecord checkpoint) {
    return service().createTrainingClientFromState(checkpoint.path());
  }

  /** Returns how the session of the service client in use fares; alive when there is none. */
  SessionListener.State sessionState() {
    ServiceClient open = service;
    return open == null ? SessionListener.State.ALIVE : open.sessionState();
  }

  /** Returns how often the server has refused samples of the service client in use as too many. */
  long samplingOverloads() {
    ServiceClient open = service;
    return open == null ? 0 : open.samplingOverloads();
  }

  /** Returns a client for checkpoints, of the service client in use. */
  RestClient rest() {
    return service().createRestClient();
  }

  private TrainingClient createFromBase() {
    return service().createLoraTrainingClient(settings.baseModel, settings.lora);
  }

  /** The checkpoints to try, the best first; suspects last, as they may serve after all. */
  private List<CheckpointRecord> candidates() {
    JournalState.View state = journal.state();
    List<CheckpointRecord> all = state.checkpoints();
    Comparator<CheckpointRecord> latest = CheckpointOrder.NEWEST_FIRST;
    // What was gone back to, by hand or not, and not yet trained on, is gone back to again.
    Comparator<CheckpointRecord> usable =
        Comparator.comparing((CheckpointRecord each) -> suspects.contains(each.path()))
            .thenComparing(each -> !state.isUntouchedBase(each));
    return switch (policy.checkpointChoice()) {
      case CheckpointChoice.LatestValid unused ->
          all.stream()
              .sorted(usable.thenComparing(latest))
              .limit(1L + policy.maxFallbacks())
              .toList();
      case CheckpointChoice.Latest unused -> all.stream().sorted(latest).limit(1).toList();
      case CheckpointChoice.Best(BestMetric metric) ->
          all.stream()
              .sorted(usable.thenComparing(metric.bestFirst()).thenComparing(latest))
              .limit(1L + policy.maxFallbacks())
              .toList();
      case CheckpointChoice.Specific(String path) -> {
        List<CheckpointRecord> one = all.stream().filter(each -> each.path().equals(path)).toList();
        if (one.isEmpty()) {
          throw new JournalException("the journal has no checkpoint " + path);
        }
        yield one;
      }
    };
  }

  /**
   * Returns what is wrong with a checkpoint, or null. One that has expired by the clock of this
   * machine is tried all the same: the clock may be wrong, and the server refuses what is gone.
   */
  private @Nullable String check(CheckpointRecord candidate) {
    return CheckpointValidator.of(service(), settings.time)
        .validate(
            candidate.path(),
            policy.validation(),
            new CheckpointValidator.Expectations(
                settings.baseModel, OptionalInt.of(settings.lora.rank())))
        .filter(finding -> finding.kind() != CheckpointValidator.Kind.EXPIRED)
        .map(Object::toString)
        .orElse(null);
  }

  /** Returns null when the checkpoint is at fault, and throws when something else is. */
  private @Nullable TrainingClient load(CheckpointRecord candidate) {
    try {
      return policy.restoreOptimizer()
          ? service().createTrainingClientFromStateWithOptimizer(candidate.path())
          : loadWeights(candidate);
    } catch (TinkerException | IllegalArgumentException e) {
      if (!LoadFailures.isAboutTheCheckpoint(e)) {
        throw e;
      }
      return withoutOptimizer(candidate, e);
    }
  }

  private @Nullable TrainingClient withoutOptimizer(CheckpointRecord candidate, Exception refusal) {
    if (!policy.restoreOptimizer() || policy.onOptimizerLost() == OptimizerLoss.FAIL) {
      return null;
    }
    try {
      TrainingClient client = loadWeights(candidate);
      events.degraded(RecoveryEvent.Degradation.WEIGHTS_ONLY, String.valueOf(refusal.getMessage()));
      return client;
    } catch (TinkerException | IllegalArgumentException e) {
      if (!LoadFailures.isAboutTheCheckpoint(e)) {
        throw e;
      }
      return null;
    }
  }

  /** Returns what is wrong with the restored weights, or null. */
  private @Nullable String compare(TrainingClient client, CheckpointRecord candidate)
      throws Exception {
    if (candidate.probe().isEmpty() || settings.probe.isEmpty()) {
      events.degraded(
          RecoveryEvent.Degradation.UNVERIFIED, "there is no frozen batch to compare with");
      return null;
    }
    ProbeLogprobs now = ProbeLogprobs.of(TimedAttempt.join(settings.probe(client)));
    double distance = candidate.probe().get().distance(now);
    if (distance > policy.probeTolerance()) {
      return "the restored weights differ: a log-probability of the frozen batch is off by "
          + distance;
    }
    events.verified("weights, to within " + distance);
    return null;
  }

  /** Leaves the lineage of a run that has come to no end of which {@link #end} was told. */
  @Override
  public void close() {
    end(SessionOutcome.ERRORED, "the run has ended with an error");
  }

  /**
   * Leaves the lineage that has ended: a client of its own is closed with that outcome, of a shared
   * one the model is unloaded. Does nothing when it was left before.
   */
  void end(SessionOutcome outcome, @Nullable String detail) {
    TrainingClient used = model;
    ServiceClient open = service;
    model = null;
    service = null;
    if (settings.isShared && used != null) {
      left.noteFreed(used.modelId());
      CompletableFuture<?> unused = used.unload();
    }
    if (!settings.isShared && open != null) {
      open.close(outcome, detail, Duration.ZERO);
    }
  }
}
