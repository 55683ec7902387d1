package io.tinker4j.recipes.rollout;

import io.tinker4j.recipes.internal.Waits;
import io.tinker4j.transport.CallInterruptedException;
import io.tinker4j.transport.internal.TinkerThreads;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;

/**
 * Makes rollouts, many at once, each on a virtual thread. Sampling and environments of different
 * rollouts overlap, so that a slow environment keeps the sampler busy with the others; one that
 * hangs fails alone. Thread-safe.
 *
 * {@snippet :
 * try (RolloutEngine engine = RolloutEngine.create(RolloutOptions.builder(256).build())) {
 *   List<RolloutGroup> groups = engine.rollOut(TokenCompleter.of(sampler), environments, 7, step);
 * }
 * }
 */
public final class RolloutEngine implements AutoCloseable {
  private static final Duration GRACE = Duration.ofSeconds(1);

  private final RolloutOptions options;
  private final TinkerThreads threads = TinkerThreads.create();
  private final TimedCalls calls;
  private final Semaphore places;
  private final Set<PendingGroup> pending = ConcurrentHashMap.newKeySet();

  private RolloutEngine(RolloutOptions options) {
    this.options = options;
    this.calls = new TimedCalls(threads, options.time());
    this.places = new Semaphore(options.concurrency(), true);
  }

  /** Returns an engine without a thread yet. Close it. */
  public static RolloutEngine create(RolloutOptions options) {
    return new RolloutEngine(Objects.requireNonNull(options, "options"));
  }

  /** Returns the options that the engine was made with. */
  public RolloutOptions options() {
    return options;
  }

  /**
   * Makes the rollouts of some groups and waits for all of them.
   *
   * @param runSeed the seed of the run, from which with step, group and member the seeds of all
   *     samples are derived
   * @return what each group has come to, in their order; those that are not viable included
   * @throws RolloutException when rollouts fail for good and the policy is to fail, or no group is
   *     viable
   * @throws io.tinker4j.transport.TinkerException when sampling fails
   * @throws CallInterruptedException when the thread is interrupted; all rollouts are given up
   */
  public List<RolloutGroup> rollOut(
      TokenCompleter policy, List<? extends EnvironmentGroup> groups, long runSeed, long step) {
    List<PendingGroup> started = new ArrayList<>();
    for (int i = 0; i < groups.size(); i++) {
      started.add(start(policy, groups.get(i), new SamplingSeeds(runSeed, step, i)));
    }
    try {
      List<RolloutGroup> finished = awaitAll(started);
      if (finished.stream().noneMatch(RolloutGroup::isViable)) {
        throw new RolloutException(
            "none of the %d groups of step %d has enough rollouts that have not failed"
                .formatted(groups.size(), step));
      }
      return finished;
    } finally {
      started.forEach(PendingGroup::cancel);
    }
  }

  /** The first failure of any group ends the waiting for all. */
  private static List<RolloutGroup> awaitAll(List<PendingGroup> started) {
    CompletableFuture<Void> failed = new CompletableFuture<>();
    List<CompletableFuture<RolloutGroup>> results = new ArrayList<>();
    for (PendingGroup each : started) {
      CompletableFuture<RolloutGroup> result = each.result();
      CompletableFuture<?> unused =
          result.whenComplete((value, failure) -> {
            if (failure != null) {
              failed.completeExceptionally(failure);
            }
          });
      results.add(result);
    }
    Object unused =
        await(
            CompletableFuture.anyOf(
                failed, CompletableFuture.allOf(results.toArray(CompletableFuture[]::new))));
    return results.stream().map(CompletableFuture::join).toList();
  }

  /** Waits for rollouts, which nobody but their owner or the end of the engine gives up. */
  static <T> T await(CompletableFuture<T> result) {
    try {
      return Waits.await("rollouts", result);
    } catch (CancellationException e) {
      throw new RolloutException("the rollouts were given up; their engine is closed", e);
    }
  }

  /**
   * Starts the rollouts of a group and returns at once.
   *
   * @throws IllegalStateException when the engine is closed
   */
  public PendingGroup start(TokenCompleter policy, EnvironmentGroup group, SamplingSeeds seeds) {
    PendingGroup started = new PendingGroup(options, calls, places, policy, group, seeds);
    pending.add(started);
    CompletableFuture<?> unused =
        started.result().whenComplete((value, failure) -> pending.remove(started));
    started.start(threads);
    return started;
  }

  /** Returns how many results of environments came after their deadline and were dropped. */
  public long lateResults() {
    return calls.late();
  }

  /**
   * Gives up what is under way and closes its environments; those that hang are left behind after a
   * second.
   */
  @Override
  public void close() {
    List<PendingGroup> last = List.copyOf(pending);
    last.forEach(PendingGroup::cancel);
    try {
      for (PendingGroup each : last) {
        each.awaitEnd(GRACE);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    threads.close(GRACE);
  }
}
