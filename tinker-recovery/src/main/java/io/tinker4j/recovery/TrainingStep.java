package io.tinker4j.recovery;

import io.tinker4j.recovery.journal.DataPosition;
import io.tinker4j.training.TrainingClient;
import io.tinker4j.types.AdamParams;
import io.tinker4j.types.Datum;
import io.tinker4j.types.ForwardBackwardOutput;
import io.tinker4j.types.LossFunction;
import io.tinker4j.types.OptimStepResponse;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongFunction;

/**
 * What one optimizer step does. Called again for the same step and the same batches when the step
 * has to be replayed after an incident.
 *
 * @param <B> a batch
 */
@FunctionalInterface
public interface TrainingStep<B> {
  /**
   * Calls the operations of a step, the {@code optimStep} last, and returns without waiting for
   * them. It may block for what it needs before, such as rollouts. The client is good for this call
   * only: after an incident there is another one. What it throws must be thrown before {@code
   * optimStep} is called: the model is then saved as of the step before.
   *
   * @param batches one batch, or as many as gradients are accumulated over; fewer at the end of the
   *     data
   * @param step the number of the step, from 1
   */
  Submitted submit(TrainingClient client, List<B> batches, long step);

  /**
   * Returns what decides beside the batches what a step does to the weights, by name, such as the
   * loss and the learning rate; the same for the same step whenever it is asked. The journal has
   * it, and a run is gone on with only when the steps that it has taken would be taken alike.
   * Default: nothing is known, and nothing compared.
   *
   * @param step the number of a step that is or was about to be submitted
   */
  default Map<String, String> settings(long step) {
    return Map.of();
  }

  /** The operations of a step, under way. */
  record Submitted(
      List<CompletableFuture<ForwardBackwardOutput>> passes,
      CompletableFuture<OptimStepResponse> update) {
    /** Copies the list. */
    public Submitted {
      passes = List.copyOf(passes);
    }
  }

  /**
   * A step that the server has carried out and the journal has.
   *
   * @param position the place in the data behind it
   * @param outputs what its passes gave, in order
   */
  record StepResult(long step, DataPosition position, List<ForwardBackwardOutput> outputs) {
    /** Copies the list. */
    public StepResult {
      outputs = List.copyOf(outputs);
    }

    /** Returns the metrics of the step: over all passes for sums, of the last pass for others. */
    public Map<String, Double> metrics() {
      Map<String, Double> all = new LinkedHashMap<>();
      for (ForwardBackwardOutput output : outputs) {
        output
            .metrics()
            .asMap()
            .forEach((name, value) ->
                all.merge(
                    name, value, (before, now) -> name.endsWith(":sum") ? before + now : now));
      }
      return all;
    }
  }

  /**
   * The rollouts of one step by key, such as prompt and number: what comes a second time, or when
   * they were taken already, is dropped and counted. Thread-safe.
   *
   * @param <K> keys, whose order is that of the rollouts
   */
  final class Rollouts<K extends Comparable<K>, V> {
    private final ReentrantLock lock = new ReentrantLock(); // guards: byKey, taken, dropped
    private final SortedMap<K, V> byKey = new TreeMap<>();
    private boolean taken;
    private long dropped;

    private Rollouts() {}

    /** Returns a place for the rollouts of a step; there are none yet. */
    public static <K extends Comparable<K>, V> Rollouts<K, V> create() {
      return new Rollouts<>();
    }

    /** Adds a rollout; returns false when it was dropped. */
    public boolean add(K key, V rollout) {
      lock.lock();
      try {
        boolean wanted = !taken && byKey.putIfAbsent(key, rollout) == null;
        dropped += wanted ? 0 : 1;
        return wanted;
      } finally {
        lock.unlock();
      }
    }

    /** Returns the rollouts in the order of their keys; those that come later are dropped. */
    public List<V> take() {
      lock.lock();
      try {
        taken = true;
        return List.copyOf(byKey.values());
      } finally {
        lock.unlock();
      }
    }

    /** Returns how many were dropped. */
    public long dropped() {
      lock.lock();
      try {
        return dropped;
      } finally {
        lock.unlock();
      }
    }
  }

  /** Returns the plain step: a pass for each batch, then an update with that step's settings. */
  static TrainingStep<List<Datum>> of(LossFunction loss, LongFunction<AdamParams> adam) {
    return new PlainStep(loss, adam);
  }
}
