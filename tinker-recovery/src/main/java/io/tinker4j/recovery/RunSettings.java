package io.tinker4j.recovery;

import io.tinker4j.recovery.store.JournalWriteHook;
import io.tinker4j.training.LoraOptions;
import io.tinker4j.training.ServiceClient;
import io.tinker4j.training.TrainingClient;
import io.tinker4j.transport.Time;
import io.tinker4j.types.Datum;
import io.tinker4j.types.ForwardBackwardOutput;
import io.tinker4j.types.LossFunction;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * What a run was built with. Immutable: what is done with its builder afterwards changes nothing.
 */
final class RunSettings<B> {
  final Batches<B> batches;
  final TrainingStep<B> step;
  final Supplier<ServiceClient> service;
  final boolean isShared;
  final String baseModel;
  final LoraOptions lora;
  final Path journal;
  final long steps;
  final int accumulate;
  final int inFlight;
  final CheckpointSchedule schedule;
  final RecoveryPolicy policy;
  final RecoverySlots slots;
  final @Nullable RunMonitor monitor;
  final @Nullable RetentionPolicy retention;
  final @Nullable ExperimentTracker tracker;
  final List<Datum> probe;

  /** The digest of the first batch; empty when it is not known. */
  final String firstBatch;

  final @Nullable PeriodicEvaluation evaluation;
  final @Nullable Consumer<? super RecoveryEvent> listener;
  final Consumer<? super TrainingStep.StepResult> onStep;
  final Map<String, String> configuration;
  final String tokenizerId;
  final String rendererId;
  final Time time;
  final RandomGenerator random;
  final JournalWriteHook point;
  final long condensedBeyond;

  /** What a builder has been told so far. */
  static final class Draft<B> {
    final Batches<B> batches;
    final TrainingStep<B> step;
    Supplier<ServiceClient> service = ServiceClient::create;
    boolean isShared;
    String baseModel = "";
    LoraOptions lora = LoraOptions.builder().build();
    @Nullable Path journal;
    long steps = Long.MAX_VALUE;
    int accumulate = 1;
    int inFlight = 2;
    CheckpointSchedule schedule = CheckpointSchedule.builder().build();
    RecoveryPolicy policy = RecoveryPolicy.builder().build();
    @Nullable RecoverySlots slots;
    @Nullable RunMonitor monitor;
    @Nullable RetentionPolicy retention;
    @Nullable ExperimentTracker tracker;
    List<Datum> probe = List.of();
    String firstBatch = "";
    @Nullable PeriodicEvaluation evaluation;
    @Nullable Consumer<? super RecoveryEvent> listener;
    Consumer<? super TrainingStep.StepResult> onStep = result -> {};
    Map<String, String> configuration = Map.of();
    String tokenizerId = "";
    String rendererId = "";
    Time time = Time.system();
    @Nullable RandomGenerator random;
    JournalWriteHook point = JournalWriteHook.NONE;
    long condensedBeyond = 4 << 20;

    Draft(Batches<B> batches, TrainingStep<B> step) {
      this.batches = batches;
      this.step = step;
    }
  }

  RunSettings(Draft<B> from) {
    this.batches = from.batches;
    this.step = from.step;
    this.service = from.service;
    this.isShared = from.isShared;
    this.baseModel = from.baseModel;
    this.lora = from.lora;
    this.journal = Objects.requireNonNull(from.journal);
    this.steps = from.steps;
    this.accumulate = from.accumulate;
    this.inFlight = from.inFlight;
    this.schedule = from.schedule;
    this.policy = from.policy;
    this.slots = from.slots == null ? RecoverySlots.of(from.policy) : from.slots;
    this.monitor = from.monitor;
    this.retention = from.retention;
    this.tracker = from.tracker;
    this.probe = from.probe;
    this.firstBatch = from.firstBatch;
    this.evaluation = from.evaluation;
    this.listener = from.listener;
    this.onStep = from.onStep;
    this.configuration = from.configuration;
    this.tokenizerId = from.tokenizerId;
    this.rendererId = from.rendererId;
    this.time = from.time;
    this.random = from.random == null ? RandomGenerator.getDefault() : from.random;
    this.point = from.point;
    this.condensedBeyond = from.condensedBeyond;
  }

  CompletableFuture<ForwardBackwardOutput> probe(TrainingClient client) {
    return client.forward(probe, LossFunction.CROSS_ENTROPY);
  }
}
