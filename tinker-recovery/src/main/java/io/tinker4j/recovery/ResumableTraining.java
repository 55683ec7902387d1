package io.tinker4j.recovery;

import io.tinker4j.recovery.journal.CheckpointRecord;
import io.tinker4j.recovery.journal.DataPosition;
import io.tinker4j.recovery.journal.JournalException;
import io.tinker4j.recovery.store.JournalWriteHook;
import io.tinker4j.recovery.store.JournalWriter;
import io.tinker4j.training.LoraOptions;
import io.tinker4j.training.ServiceClient;
import io.tinker4j.transport.Time;
import io.tinker4j.types.AdamParams;
import io.tinker4j.types.Datum;
import io.tinker4j.types.LossFunction;
import io.tinker4j.types.internal.Checks;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.LongToDoubleFunction;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/**
 * Trains a model to the end of its data, whatever happens on the way: saves checkpoints, notices
 * incidents, goes back to the last good checkpoint and trains the steps behind it again. No step is
 * lost and none is done twice; what was rolled back is reported before anything else happens.
 *
 * <p>What was done is in a journal in a directory. A process that ends in any way can be followed
 * by another one with the same directory, or a copy of it, and the same settings.
 *
 * {@snippet :
 * var result =
 *     ResumableTraining.supervised(Batches.of(batches, 3), LossFunction.CROSS_ENTROPY, step -> 1e-4)
 *         .service(ServiceClient::create)
 *         .baseModel("meta-llama/Llama-3.1-8B")
 *         .journal(Path.of("runs/first"))
 *         .build()
 *         .resumeOrStart();
 * }
 *
 * <p>{@link #stop} may be called by any thread; the other methods by one at a time.
 */
public final class ResumableTraining {
  private final RunSettings<?> settings;
  private final StopSignal stop = new StopSignal();

  private ResumableTraining(RunSettings<?> settings) {
    this.settings = settings;
  }

  /** Starts the settings of a run with a step of the caller's, for example with rollouts. */
  public static <B> Builder<B> builder(Batches<B> batches, TrainingStep<B> step) {
    return new Builder<>(batches, step);
  }

  /**
   * Starts the settings of a supervised run: per step a pass over a batch and an AdamW update. The
   * first sequences of the data serve as the frozen batch that restores are verified with.
   *
   * @param learningRate of a step, from 1
   */
  public static Builder<List<Datum>> supervised(
      Batches<List<Datum>> batches, LossFunction loss, LongToDoubleFunction learningRate) {
    Objects.requireNonNull(learningRate, "learningRate");
    Builder<List<Datum>> builder =
        builder(
            batches,
            TrainingStep.of(
                loss,
                step ->
                    AdamParams.builder().learningRate(learningRate.applyAsDouble(step)).build()));
    try (Batches.Reader<List<Datum>> reader = batches.open(DataPosition.START)) {
      if (reader.hasNext()) {
        List<Datum> first = reader.next();
        builder.probe(first.subList(0, Math.min(Builder.PROBE, first.size())));
        builder.draft.firstBatch = DataDigest.hex(first);
      }
    }
    return builder;
  }

  /**
   * Trains to the end: from the beginning when the journal is empty, else from where it ends. A run
   * that is complete goes on from its final checkpoint when there are more steps, epochs or data
   * than it was begun with; else it is left alone and its result returned again. Blocks.
   *
   * <p>A journal is refused when the settings are not those of its run: the base model, the
   * adapter, the configuration, and as far as they are known the {@linkplain TrainingStep#settings
   * loss, optimizer and learning rates} and the {@linkplain Batches#identity data} of the steps
   * that were taken.
   *
   * @throws JournalException when another process trains this run, the journal is of another one,
   *     is damaged, or has been removed or replaced while the run was under way
   * @throws RecoveryFailedException when the limits of the policy are reached
   * @throws InterruptedException when the thread is interrupted: what is under way is not waited
   *     for, no checkpoint is saved, and the journal can be resumed
   * @throws io.tinker4j.transport.TinkerException when the request itself is at fault, as with a
   *     token outside of the vocabulary
   */
  public RunResult resumeOrStart() throws InterruptedException {
    return supervise(settings, settings.policy, Supervision::run);
  }

  /**
   * Takes the run back by hand to the checkpoint that the policy chooses, by default the latest
   * valid one, and trains nothing: it is validated, loaded into a new model and compared with what
   * it was saved from, all with the attempts and events of a recovery. Then the journal says so,
   * and {@link #resumeOrStart} goes on from there. Later checkpoints are not used any more; the
   * server keeps them. A run that was complete is so no more. Blocks.
   *
   * @return the checkpoint
   * @throws JournalException when another process trains this run, or there is no checkpoint
   * @throws RecoveryFailedException when the limits of the policy are reached
   * @throws InterruptedException when the thread is interrupted; the journal is as it was
   */
  public CheckpointRecord recoverNow() throws InterruptedException {
    return supervise(settings, settings.policy, Supervision::recover);
  }

  /**
   * The same with one checkpoint of the run, or none: {@link #recoverNow}.
   *
   * @param path of a checkpoint that the journal has
   */
  public CheckpointRecord recoverFrom(String path) throws InterruptedException {
    RecoveryPolicy.CheckpointChoice choice = new RecoveryPolicy.CheckpointChoice.Specific(path);
    return supervise(
        settings,
        RecoveryPolicy.builder().from(settings.policy).checkpointChoice(choice).build(),
        Supervision::recover);
  }

  /** Something to do with a run while its journal is open. */
  private interface Work<T> {
    T of(Supervision<?> supervision) throws InterruptedException;
  }

  private <B, T> T supervise(RunSettings<B> settings, RecoveryPolicy policy, Work<T> work)
      throws InterruptedException {
    if (Thread.interrupted()) {
      throw new InterruptedException("the thread was interrupted before the run was looked at");
    }
    try (JournalWriter journal =
            JournalWriter.open(settings.journal, settings.point, settings.condensedBeyond);
        Supervision<B> supervision = new Supervision<>(settings, policy, journal, stop)) {
      return work.of(supervision);
    }
  }

  /**
   * Lets the run end after the steps that are under way, with a checkpoint if the schedule has one
   * {@linkplain CheckpointSchedule#onClose on close}. Returns at once; the run can be resumed.
   */
  public void stop() {
    stop.give();
  }

  /** Builds runs; not thread-safe. */
  public static final class Builder<B> {
    static final int PROBE = 4;

    private final RunSettings.Draft<B> draft;

    private Builder(Batches<B> batches, TrainingStep<B> step) {
      this.draft =
          new RunSettings.Draft<>(
              Objects.requireNonNull(batches, "batches"), Objects.requireNonNull(step, "step"));
    }

    /**
     * Sets where the run gets a client from, at its begin and after each incident. The run closes
     * what it gets. Default: {@link ServiceClient#create}.
     */
    public Builder<B> service(Supplier<ServiceClient> service) {
      draft.service = Objects.requireNonNull(service, "service");
      draft.isShared = false;
      return this;
    }

    /** Sets a client that others use, too; the run does not close it. */
    public Builder<B> sharedService(ServiceClient service) {
      Objects.requireNonNull(service, "service");
      draft.service = () -> service;
      draft.isShared = true;
      return this;
    }

    /** Sets the base model. Required. */
    public Builder<B> baseModel(String baseModel) {
      draft.baseModel = Objects.requireNonNull(baseModel, "baseModel");
      return this;
    }

    /** Sets the adapter. Default: that of {@link LoraOptions}. */
    public Builder<B> lora(LoraOptions lora) {
      draft.lora = Objects.requireNonNull(lora, "lora");
      return this;
    }

    /** Sets the directory of the journal, made if need be, of this run alone. Required. */
    public Builder<B> journal(Path directory) {
      draft.journal = Objects.requireNonNull(directory, "directory");
      return this;
    }

    /** Sets how many steps to take at most. Default: as many as there is data. */
    public Builder<B> steps(long steps) {
      Checks.atLeast("steps", steps, 1);
      draft.steps = steps;
      return this;
    }

    /** Sets how many batches' gradients are added up for a step. Default: 1. */
    public Builder<B> accumulate(int batches) {
      Checks.atLeast("accumulate", batches, 1);
      draft.accumulate = batches;
      return this;
    }

    /**
     * Sets how many steps are submitted before the first of them is awaited. Default: 2, which
     * keeps the server busy; 1 for steps that need the result of the one before.
     */
    public Builder<B> inFlight(int steps) {
      Checks.atLeast("inFlight", steps, 1);
      draft.inFlight = steps;
      return this;
    }

    /** Sets when checkpoints are saved. Default: every 100 steps and at the end. */
    public Builder<B> schedule(CheckpointSchedule schedule) {
      draft.schedule = Objects.requireNonNull(schedule, "schedule");
      return this;
    }

    /** Sets how hard the run tries to go on. Default: that of {@link RecoveryPolicy}. */
    public Builder<B> policy(RecoveryPolicy policy) {
      draft.policy = Objects.requireNonNull(policy, "policy");
      return this;
    }

    /** Limits how many runs recover at a time, by slots that they share. Default: no limit. */
    public Builder<B> slots(RecoverySlots slots) {
      draft.slots = Objects.requireNonNull(slots, "slots");
      return this;
    }

    /**
     * Sets a monitor that asks the server for the state of the run, and so notices a corrupted run
     * without an operation under way. Default: none; operations notice by themselves.
     */
    public Builder<B> monitor(RunMonitor monitor) {
      draft.monitor = Objects.requireNonNull(monitor, "monitor");
      return this;
    }

    /** Sets which checkpoints are deleted when there are newer ones. Default: none. */
    public Builder<B> retention(RetentionPolicy retention) {
      draft.retention = Objects.requireNonNull(retention, "retention");
      return this;
    }

    /** Sets the tracker that records settings, metrics and checkpoints. Default: none. */
    public Builder<B> tracker(ExperimentTracker tracker) {
      draft.tracker = Objects.requireNonNull(tracker, "tracker");
      return this;
    }

    /**
     * Sets the frozen batch: a few sequences whose log-probabilities tell whether a restore has
     * given the weights back. Default: the first ones of supervised data, else none.
     */
    public Builder<B> probe(List<Datum> probe) {
      draft.probe = List.copyOf(probe);
      return this;
    }

    /** Sets an evaluation that is repeated during the run. Default: none. */
    public Builder<B> evaluation(PeriodicEvaluation evaluation) {
      draft.evaluation = Objects.requireNonNull(evaluation, "evaluation");
      return this;
    }

    /**
     * Registers a listener for recovery events, called in order on a thread of its own. Its
     * exceptions are logged. Default: none.
     */
    public Builder<B> listener(Consumer<? super RecoveryEvent> listener) {
      draft.listener = Objects.requireNonNull(listener, "listener");
      return this;
    }

    /**
     * Registers a listener for finished steps, called in order on the training thread. A step that
     * was rolled back is reported again when it is replayed. Default: none.
     */
    public Builder<B> onStep(Consumer<? super TrainingStep.StepResult> onStep) {
      draft.onStep = Objects.requireNonNull(onStep, "onStep");
      return this;
    }

    /**
     * Sets what else makes this run what it is, such as the data's version: a journal of a run with
     * another configuration is refused. Default: nothing.
     */
    public Builder<B> configuration(Map<String, String> configuration) {
      draft.configuration = Map.copyOf(configuration);
      return this;
    }

    /** Sets the tokenizer of the data, for the records. Default: unknown. */
    public Builder<B> tokenizerId(String tokenizerId) {
      draft.tokenizerId = Objects.requireNonNull(tokenizerId, "tokenizerId");
      return this;
    }

    /** Sets what made the tokens out of conversations, for the records. Default: unknown. */
    public Builder<B> rendererId(String rendererId) {
      draft.rendererId = Objects.requireNonNull(rendererId, "rendererId");
      return this;
    }

    /** Sets the clock, for tests. Default: the system's. */
    public Builder<B> time(Time time) {
      draft.time = Objects.requireNonNull(time, "time");
      return this;
    }

    /** Sets the source of randomness for jitter, for tests. */
    public Builder<B> random(RandomGenerator random) {
      draft.random = Objects.requireNonNull(random, "random");
      return this;
    }

    /** Sets what happens where the journal is written. */
    Builder<B> writePoint(JournalWriteHook point, long condensedBeyond) {
      draft.point = point;
      draft.condensedBeyond = condensedBeyond;
      return this;
    }

    /**
     * Returns the run; nothing is sent or written yet. What the builder is used for afterwards
     * changes nothing about the run, and two runs of one builder share only what was given to both.
     *
     * @throws IllegalArgumentException when {@code baseModel} or {@code journal} is missing
     */
    public ResumableTraining build() {
      if (draft.baseModel.isBlank()) {
        throw new IllegalArgumentException("baseModel is missing; it says what to train");
      }
      if (draft.journal == null) {
        throw new IllegalArgumentException("journal is missing; it says where to write progress");
      }
      return new ResumableTraining(new RunSettings<>(draft));
    }
  }
}
