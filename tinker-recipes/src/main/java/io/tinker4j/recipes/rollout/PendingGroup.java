package io.tinker4j.recipes.rollout;

import io.tinker4j.recipes.rl.Trajectory;
import io.tinker4j.recipes.rl.TrajectoryGroup;
import io.tinker4j.recovery.TrainingStep;
import io.tinker4j.transport.internal.TinkerThreads;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;

/** The rollouts of a group, under way. Thread-safe. */
public final class PendingGroup {
  private final RolloutOptions options;
  private final TimedCalls calls;
  private final Semaphore places;
  private final TokenCompleter policy;
  private final EnvironmentGroup group;
  private final SamplingSeeds seeds;
  private final CompletableFuture<RolloutGroup> result = new CompletableFuture<>();
  private final TrainingStep.Rollouts<Integer, Rollout.Episode> episodes =
      TrainingStep.Rollouts.create();
  private final AtomicInteger left;
  // guards: threads, failed, retried, sampling, environment
  private final ReentrantLock lock = new ReentrantLock();
  private final List<Thread> threads = new ArrayList<>();
  private int failed;
  private int retried;
  private Duration sampling = Duration.ZERO;
  private Duration environment = Duration.ZERO;

  PendingGroup(
      RolloutOptions options,
      TimedCalls calls,
      Semaphore places,
      TokenCompleter policy,
      EnvironmentGroup group,
      SamplingSeeds seeds) {
    this.options = options;
    this.calls = calls;
    this.places = places;
    this.policy = policy;
    this.group = group;
    this.seeds = seeds;
    this.left = new AtomicInteger(group.size());
  }

  void start(TinkerThreads owner) {
    CompletableFuture<?> unused =
        result.whenComplete((value, failure) -> {
          if (failure != null) {
            interrupt();
          }
        });
    lock.lock();
    try {
      for (int member = 0; member < group.size(); member++) {
        int number = member;
        threads.add(owner.start("rollout", () -> run(number)));
      }
    } finally {
      lock.unlock();
    }
  }

  /**
   * Returns the future result. It fails with a {@link RolloutException} when rollouts have failed
   * for good and the policy is to fail, and with what the sampler has failed with.
   */
  public CompletableFuture<RolloutGroup> result() {
    return result.copy();
  }

  /**
   * Waits for the result.
   *
   * @throws RolloutException when rollouts have failed for good, or were given up
   * @throws io.tinker4j.transport.TinkerException when sampling has failed
   * @throws io.tinker4j.transport.CallInterruptedException when the thread is interrupted
   */
  public RolloutGroup await() {
    return RolloutEngine.await(result);
  }

  /** Gives the rollouts up: they are interrupted, and the result is cancelled. */
  public void cancel() {
    result.cancel(false);
  }

  /** Waits until the rollouts have ended and their environments are closed, for some time. */
  void awaitEnd(Duration longest) throws InterruptedException {
    List<Thread> all;
    lock.lock();
    try {
      all = List.copyOf(threads);
    } finally {
      lock.unlock();
    }
    for (Thread each : all) {
      if (!each.join(longest)) {
        return;
      }
    }
  }

  private void interrupt() {
    lock.lock();
    try {
      threads.forEach(Thread::interrupt);
    } finally {
      lock.unlock();
    }
  }

  private void run(int member) {
    try {
      places.acquire();
      try {
        attempts(member);
      } finally {
        places.release();
      }
      if (left.decrementAndGet() == 0 && !result.isDone()) {
        result.complete(graded());
      }
    } catch (InterruptedException e) {
      result.cancel(false);
    } catch (Rollout.SamplerException e) {
      result.completeExceptionally(e.getCause());
    } catch (Throwable e) { // errors, too: whoever waits must hear of it
      result.completeExceptionally(e);
    }
  }

  private void attempts(int member) throws InterruptedException, Rollout.SamplerException {
    int most = options.failurePolicy().maxRetries();
    for (int attempt = 0; !result.isDone(); attempt++) {
      Rollout rollout = new Rollout(options, calls, policy);
      try {
        boolean unused = episodes.add(member, rollout.play(group, seeds, member));
        return;
      } catch (InterruptedException | Rollout.SamplerException e) {
        throw e;
      } catch (Exception e) {
        if (attempt == most) {
          failed(member, e);
          return;
        }
      } finally {
        note(rollout);
      }
      noteRetry();
    }
  }

  private void failed(int member, Exception cause) {
    if (!options.failurePolicy().leavesOut()) {
      throw new RolloutException(
          "rollout %d of group %d of step %d has failed for good: %s"
              .formatted(member, seeds.group(), seeds.step(), cause),
          cause);
    }
    lock.lock();
    try {
      failed++;
    } finally {
      lock.unlock();
    }
  }

  private void noteRetry() {
    lock.lock();
    try {
      retried++;
    } finally {
      lock.unlock();
    }
  }

  private void note(Rollout rollout) {
    lock.lock();
    try {
      sampling = sampling.plus(rollout.sampling());
      environment = environment.plus(rollout.acting());
    } finally {
      lock.unlock();
    }
  }

  private RolloutGroup graded() throws InterruptedException {
    List<Rollout.Episode> all = episodes.take();
    List<Trajectory> trajectories = all.stream().map(Rollout.Episode::trajectory).toList();
    List<Map<String, Double>> metrics = all.stream().map(Rollout.Episode::metrics).toList();
    boolean isViable =
        trajectories.size() >= Math.min(group.size(), options.failurePolicy().smallestGroup());
    if (!isViable) {
      return group(TrajectoryGroup.of(trajectories), false, metrics);
    }
    try {
      double[] rewards =
          calls.within(
              "computeGroupRewards",
              options.stepDeadline(),
              () -> group.computeGroupRewards(trajectories));
      return group(TrajectoryGroup.of(trajectories, rewards), true, metrics);
    } catch (InterruptedException | RolloutException e) {
      throw e;
    } catch (Exception e) {
      return ungraded(trajectories, metrics, e);
    }
  }

  private RolloutGroup ungraded(
      List<Trajectory> trajectories, List<Map<String, Double>> metrics, Exception cause) {
    if (options.failurePolicy().leavesOut()) {
      return group(TrajectoryGroup.of(trajectories), false, metrics);
    }
    throw new RolloutException(
        "the rewards of group %d of step %d could not be computed: %s"
            .formatted(seeds.group(), seeds.step(), cause),
        cause);
  }

  private RolloutGroup group(
      TrajectoryGroup trajectories, boolean isViable, List<Map<String, Double>> metrics) {
    lock.lock();
    try {
      return new RolloutGroup(
          trajectories,
          isViable,
          metrics,
          new RolloutGroup.Counts(failed, retried, sampling, environment));
    } finally {
      lock.unlock();
    }
  }
}
