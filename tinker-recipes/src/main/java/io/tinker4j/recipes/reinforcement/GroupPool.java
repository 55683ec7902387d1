package io.tinker4j.recipes.reinforcement;

import io.tinker4j.recipes.internal.Waits;
import io.tinker4j.recipes.rollout.EnvironmentGroup;
import io.tinker4j.recipes.rollout.PendingGroup;
import io.tinker4j.recipes.rollout.RolloutEngine;
import io.tinker4j.recipes.rollout.RolloutException;
import io.tinker4j.recipes.rollout.RolloutGroup;
import io.tinker4j.recipes.rollout.RolloutOptions;
import io.tinker4j.recipes.rollout.SamplingSeeds;
import io.tinker4j.recipes.rollout.TokenCompleter;
import io.tinker4j.transport.CallInterruptedException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;

/**
 * The rollouts under way for one model: taken in their order by synchronous runs, as they finish by
 * asynchronous ones. Used by one thread.
 */
final class GroupPool implements AutoCloseable {
  private final RolloutEngine engine;
  private final long runSeed;
  private final int maxStepsOffPolicy;
  private final Deque<Flight> inOrder = new ArrayDeque<>();
  private final BlockingQueue<Flight> finished = new LinkedBlockingQueue<>();
  private final CompletableFuture<Object> failed = new CompletableFuture<>();
  private int underWay;
  private long seedStep = -1;
  private int seedGroup;
  private int stale;
  private int leftOut;

  /**
   * Makes a pool without rollouts.
   *
   * @param maxStepsOffPolicy how many steps old what is trained on may be; 0 for synchronous runs
   */
  GroupPool(RolloutOptions options, long runSeed, int maxStepsOffPolicy) {
    this.engine = RolloutEngine.create(options);
    this.runSeed = runSeed;
    this.maxStepsOffPolicy = maxStepsOffPolicy;
  }

  private record Flight(
      EnvironmentGroup group, SamplerWeights.Version sampler, PendingGroup pending) {}

  /** Starts the rollouts of a group for or before a step. */
  void start(EnvironmentGroup group, SamplerWeights.Version sampler, long step) {
    seedGroup = step == seedStep ? seedGroup + 1 : 0;
    seedStep = step;
    PendingGroup pending =
        engine.start(
            TokenCompleter.of(sampler.client()),
            group,
            new SamplingSeeds(runSeed, step, seedGroup));
    Flight flight = new Flight(group, sampler, pending);
    underWay++;
    if (maxStepsOffPolicy == 0) {
      inOrder.add(flight);
    }
    CompletableFuture<?> unused =
        pending
            .result()
            .whenComplete((result, failure) -> {
              if (maxStepsOffPolicy > 0) {
                finished.add(flight);
              }
              if (failure != null) {
                failed.completeExceptionally(failure);
              }
            });
  }

  /**
   * Returns the rollouts of some groups, fewer when groups were left out. Blocks.
   *
   * @param sampler the newest; what is too old for the step is started anew with it
   */
  List<SampledGroup> take(int count, SamplerWeights.Version sampler, long step) {
    return maxStepsOffPolicy == 0 ? takeInOrder(count) : takeFinished(count, sampler, step);
  }

  private List<SampledGroup> takeInOrder(int count) {
    List<SampledGroup> taken = new ArrayList<>();
    for (int i = 0; i < count && !inOrder.isEmpty(); i++) {
      Flight next = inOrder.remove();
      underWay--;
      awaitAny(next);
      add(taken, next);
    }
    return taken;
  }

  /** The failure of a later group is heard of at once, too. */
  private void awaitAny(Flight next) {
    try {
      Object unused =
          Waits.await("rollouts", CompletableFuture.anyOf(failed, next.pending().result()));
    } catch (CancellationException e) {
      throw new RolloutException("the rollouts were given up; their run is over", e);
    }
  }

  private List<SampledGroup> takeFinished(int count, SamplerWeights.Version sampler, long step) {
    List<SampledGroup> taken = new ArrayList<>();
    while (taken.size() < count && underWay > 0) {
      Flight next = nextFinished();
      underWay--;
      if (step - 1 - next.sampler().step() > maxStepsOffPolicy) {
        stale++;
        next.pending().cancel();
        start(next.group(), sampler, step);
      } else {
        add(taken, next);
      }
    }
    return taken;
  }

  private Flight nextFinished() {
    try {
      return finished.take();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CallInterruptedException("waiting for rollouts was interrupted", e);
    }
  }

  private void add(List<SampledGroup> taken, Flight flight) {
    RolloutGroup group = flight.pending().await();
    if (group.isViable()) {
      taken.add(
          new SampledGroup(
              group, flight.sampler().step(), flight.sampler().client().samplingSessionId()));
    } else {
      leftOut++;
    }
  }

  /** Returns how many groups were too stale to be trained on. */
  int stale() {
    return stale;
  }

  /** Returns how many groups had too few rollouts. */
  int leftOut() {
    return leftOut;
  }

  long lateResults() {
    return engine.lateResults();
  }

  @Override
  public void close() {
    engine.close();
  }
}
