package io.tinker4j.recovery;

import io.tinker4j.recovery.journal.CheckpointRecord;
import io.tinker4j.recovery.journal.CheckpointRecord.ProbeLogprobs;
import io.tinker4j.recovery.journal.DataPosition;
import io.tinker4j.training.TrainingClient;
import io.tinker4j.transport.TinkerException;
import io.tinker4j.types.ForwardBackwardOutput;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Function;

/**
 * Takes the step behind a checkpoint with an optimizer that starts afresh, on a model of its own:
 * only when that ends elsewhere do equal numbers show that an optimizer was restored.
 */
final class ColdStart<B> {
  private final RunSettings<B> settings;
  private final Function<CheckpointRecord, TrainingClient> models;

  ColdStart(RunSettings<B> settings, Function<CheckpointRecord, TrainingClient> models) {
    this.settings = settings;
    this.models = models;
  }

  /**
   * Returns the log-probabilities of the frozen batch behind the step.
   *
   * @throws IncidentException when the step could not be taken
   */
  ProbeLogprobs after(CheckpointRecord from) throws IncidentException, InterruptedException {
    TrainingClient model = create(from);
    try {
      LineageAwaiter awaiter = new LineageAwaiter(model.modelId(), failure -> true);
      try {
        TrainingStep.Submitted step =
            settings.step.submit(model, batches(from.position()), from.step() + 1);
        step.passes().forEach(awaiter::watch);
        awaiter.watch(step.update());
      } catch (TinkerException | CompletionException e) {
        throw awaiter.incident(LineageAwaiter.cause(e));
      }
      CompletableFuture<ForwardBackwardOutput> probe = settings.probe(model);
      return ProbeLogprobs.of(awaiter.await(probe));
    } finally {
      CompletableFuture<?> unused = model.unload();
    }
  }

  private TrainingClient create(CheckpointRecord from) throws IncidentException {
    try {
      return models.apply(from);
    } catch (TinkerException | IllegalArgumentException e) { // the latter by an answer gone bad
      throw new IncidentException("", String.valueOf(e.getMessage()), e);
    }
  }

  private List<B> batches(DataPosition position) {
    List<B> batches = new ArrayList<>();
    try (Batches.Reader<B> data = settings.batches.open(position)) {
      while (batches.size() < settings.accumulate && data.hasNext()) {
        batches.add(data.next());
      }
    }
    return batches;
  }
}
