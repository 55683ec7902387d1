package io.tinker4j.training;

import io.tinker4j.types.Datum;
import io.tinker4j.types.wire.UntypedFuture;
import java.security.SecureRandom;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.random.RandomGenerator;

/** The orders of all models of a service client: one for each, whoever asks. Thread-safe. */
final class ModelLanes {
  private static final int PROBE_TOKENS = 16;

  private final PassContext passes;
  private final RandomGenerator random;
  private final Map<String, SubmissionLane> lanes = new ConcurrentHashMap<>();

  ModelLanes(PassContext passes, RandomGenerator random) {
    this.passes = passes;
    this.random = random;
  }

  /** Returns the order of a model that was just created. */
  SubmissionLane created(String modelId) {
    SubmissionLane lane = new SubmissionLane(modelId, 1);
    lanes.put(modelId, lane);
    return lane;
  }

  /**
   * Returns the order of a model that lives: that of its clients if they go on; else one that goes
   * on behind what is known of it.
   */
  SubmissionLane attached(String modelId) {
    return Objects.requireNonNull(
        lanes.compute(
            modelId,
            (id, known) ->
                known == null
                    ? SubmissionLane.ofUnknown(id, firstNumber(), placeProbe(id))
                    : known.usable()));
  }

  /**
   * SkyRL takes any number, and answers a known one as before: there, one that no client has come
   * to.
   */
  private long firstNumber() {
    return passes.features().isSkyrl() ? random.nextLong(1 << 29, 1 << 30) : 1;
  }

  /** A forward pass over a text that nobody has passed before. */
  private SubmissionLane.Numbered<UntypedFuture> placeProbe(String modelId) {
    int[] tokens = new SecureRandom().ints(PROBE_TOKENS, 1, 100).toArray();
    return number -> ForwardBackwardCall.probe(passes, modelId, Datum.supervised(tokens), number);
  }

  /** Forgets the order of a model that is not on the server any more. */
  void forget(String modelId) {
    lanes.remove(modelId);
  }
}
