package io.tinker4j.testkit.run;

import io.tinker4j.testkit.time.ServerTime;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The places for models in memory where these are few: a model has one from its creation until it
 * is unloaded, or until its session has been silent for long and another model needs a place. Safe
 * for use by many threads.
 */
public final class AdapterSlots {
  private final int most;
  private final long timeout;
  private final ServerTime time;
  private final long begin;
  private final ReentrantLock lock = new ReentrantLock(); // guards: holders
  private final Map<String, TrainedModel> holders = new LinkedHashMap<>();

  /**
   * Creates places.
   *
   * @param timeout how long a session is silent before its models lose theirs
   */
  public AdapterSlots(int most, Duration timeout, ServerTime time) {
    this.most = most;
    this.timeout = timeout.toNanos();
    this.time = time;
    this.begin = time.nanoTime();
  }

  /**
   * Gives a new model a place.
   *
   * @throws IllegalStateException when there is none
   */
  public void take(TrainedModel model) {
    if (!isTaken(model)) {
      for (TrainedModel silent : silent()) { // unloading writes to the disk: not under the lock
        Promise unused = silent.unload();
      }
      if (!isTaken(model)) {
        throw new IllegalStateException(
            "Maximum number of LoRA adapters (%d) reached".formatted(most));
      }
    }
  }

  private boolean isTaken(TrainedModel model) {
    lock.lock();
    try {
      holders.values().removeIf(TrainedModel::isUnloaded);
      if (holders.size() < most) {
        holders.put(model.id(), model);
        return true;
      }
      return false;
    } finally {
      lock.unlock();
    }
  }

  /** Gives a model of former times the place that it had. */
  public void keep(TrainedModel model) {
    lock.lock();
    try {
      holders.put(model.id(), model);
    } finally {
      lock.unlock();
    }
  }

  /** Takes the place of a model that could not be created. */
  public void giveBack(TrainedModel model) {
    lock.lock();
    try {
      holders.remove(model.id());
    } finally {
      lock.unlock();
    }
  }

  /** The models of silent sessions, for which this looks five times per timeout, not more often. */
  private List<TrainedModel> silent() {
    long interval = Math.max(1, timeout / 5);
    long sinceBegin = time.nanoTime() - begin;
    long looked = begin + sinceBegin - sinceBegin % interval;
    lock.lock();
    try {
      return holders.values().stream()
          .filter(model -> looked - model.session().lastHeard() >= timeout)
          .toList();
    } finally {
      lock.unlock();
    }
  }
}
