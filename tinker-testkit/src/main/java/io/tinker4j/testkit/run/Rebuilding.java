package io.tinker4j.testkit.run;

import io.tinker4j.testkit.checkpoint.OperationException;
import io.tinker4j.testkit.model.LoraModel;
import io.tinker4j.testkit.observe.ExecutedOperation;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Makes the engine of a model of former times what it was, bit for bit. */
final class Rebuilding {
  private static final Logger LOG = System.getLogger(Rebuilding.class.getName());

  private final TrainedModel model;
  private final ModelHistory history;
  private final Function<ModelHistory.Accepted, ModelOperation> reader;
  private final Chronicle chronicle;

  /** Reads requests again with {@code reader}. */
  Rebuilding(
      TrainedModel model,
      ModelHistory history,
      Function<ModelHistory.Accepted, ModelOperation> reader,
      Chronicle chronicle) {
    this.model = model;
    this.history = history;
    this.reader = reader;
    this.chronicle = chronicle;
  }

  /**
   * Starts from the latest snapshot, or from the creation when there is none, and repeats what came
   * after it and touched the engine.
   *
   * @param creation makes the engine anew; null when it could not be made then either
   * @throws IllegalStateException when the weights are not what they were
   */
  LoraModel run(LiveEngine.@Nullable Creation creation) throws Exception {
    long from = history.latestSnapshot().orElse(0L);
    LoraModel engine;
    if (history.latestSnapshot().isPresent()) {
      engine = chronicle.engines().restore(model.id(), from);
    } else if (creation != null) {
      engine = creation.createEngine();
    } else {
      throw new IllegalStateException("it could not be created");
    }
    Map<Long, ModelHistory.Accepted> requests = new HashMap<>();
    history.accepted().forEach(accepted -> requests.put(accepted.seqId(), accepted));
    List<ExecutedOperation> later =
        history.done().stream().filter(done -> done.seqId() > from).toList();
    for (ExecutedOperation done : later) {
      ModelHistory.Accepted accepted = requests.get(done.seqId());
      if (accepted != null && OperationKind.isRepeated(done.kind())) {
        repeat(reader.apply(accepted), engine);
      }
    }
    requireSameWeights(engine);
    return engine;
  }

  /** An operation that failed before fails again, with the same effect on the engine. */
  private void repeat(ModelOperation operation, LoraModel engine) throws Exception {
    try {
      Object unused = operation.work().run(model, engine);
    } catch (OperationException | IllegalArgumentException | ArithmeticException e) {
      LOG.log(Level.DEBUG, () -> "failed again seq_id=" + operation.seqId());
    }
  }

  private void requireSameWeights(LoraModel engine) {
    List<ExecutedOperation> done = history.done();
    if (done.isEmpty()) {
      return;
    }
    String expected = done.get(done.size() - 1).weightsHash();
    if (!engine.weightsHash().equals(expected)) {
      throw new IllegalStateException(
          "the weights are " + engine.weightsHash() + " and were " + expected);
    }
  }
}
