package io.tinker4j.recipes.rollout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tinker4j.recipes.rl.Trajectory;
import io.tinker4j.testkit.time.ManualTime;
import io.tinker4j.transport.CallInterruptedException;
import io.tinker4j.transport.TinkerException;
import io.tinker4j.types.ModelInput;
import io.tinker4j.types.SampledSequence;
import io.tinker4j.types.SamplingParams;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class RolloutEngineTest {
  private final ManualTime time = ManualTime.autoAdvancing();
  private final CountDownLatch never = new CountDownLatch(1);

  @AfterEach
  void close() {
    never.countDown();
    time.close();
  }

  private RolloutOptions.Builder options() {
    return RolloutOptions.builder(4).time(time).stepDeadline(Duration.ofSeconds(10));
  }

  private static RolloutEngine engine(RolloutOptions.Builder options, FailurePolicy policy) {
    return RolloutEngine.create(options.failurePolicy(policy).build());
  }

  /** Groups of two, of which one member of one group does something else. */
  private static List<EnvironmentGroup> groups(int count, Environment odd) {
    List<EnvironmentGroup> groups = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      boolean isOdd = i == 1;
      groups.add(
          new EnvironmentGroup() {
            @Override
            public int size() {
              return 2;
            }

            @Override
            public Environment makeEnvironment(int member) {
              return isOdd && member == 1 ? odd : Fakes.oneTurn(() -> 1.0);
            }
          });
    }
    return groups;
  }

  @Test
  void rollOut_givesTrajectoriesInOrder_sampledWithTheirSeeds() {
    try (RolloutEngine engine = engine(options(), FailurePolicy.failFast())) {
      EnvironmentGroup group = EnvironmentGroup.of(3, () -> Fakes.turns(2, () -> 0.5));

      List<RolloutGroup> first = engine.rollOut(Fakes.ECHO, List.of(group, group), 5, 7);
      List<RolloutGroup> again = engine.rollOut(Fakes.ECHO, List.of(group, group), 5, 7);

      assertThat(first).hasSize(2).allSatisfy(each -> assertThat(each.isViable()).isTrue());
      Trajectory last = first.get(1).trajectories().trajectories().get(2);
      assertThat(last.reward()).isEqualTo(1);
      assertThat(last.transitions().get(1).action().toInts())
          .containsExactly((int) (new SamplingSeeds(5, 7, 1).of(2, 1) & 127));
      assertThat(again)
          .extracting(RolloutGroup::trajectories)
          .isEqualTo(first.stream().map(RolloutGroup::trajectories).toList());
    }
  }

  @Test
  void seeds_differByEveryPartAndFitIntoThirtyOneBits() {
    Set<Long> seeds = new HashSet<>();
    for (int part = 0; part < 8; part++) {
      for (SamplingSeeds each :
          List.of(
              new SamplingSeeds(part, 9, 9),
              new SamplingSeeds(9, part, 9),
              new SamplingSeeds(9, 9, part))) {
        seeds.add(each.of(0, 0));
        seeds.add(each.of(0, 1));
        seeds.add(each.of(1, 0));
      }
    }

    assertThat(seeds)
        .hasSize(72)
        .allSatisfy(seed -> assertThat(seed).isBetween(0L, (1L << 31) - 1));
    assertThat(new SamplingSeeds(1, 2, 3).of(4, 5)).isEqualTo(new SamplingSeeds(1, 2, 3).of(4, 5));
  }

  @Test
  void hangingEnvironment_failsAlone() {
    List<EnvironmentGroup> groups = groups(8, Fakes.oneTurn(this::hang));
    try (RolloutEngine engine = engine(options(), FailurePolicy.failFast().withSmallestGroup(1))) {
      List<RolloutGroup> finished = engine.rollOut(Fakes.ECHO, groups, 0, 1);

      assertThat(finished).hasSize(8).allSatisfy(each -> assertThat(each.isViable()).isTrue());
      assertThat(finished.get(1).counts().failed()).isEqualTo(1);
      assertThat(finished.get(1).trajectories().trajectories()).hasSize(1);
      assertThat(finished.get(2).trajectories().trajectories()).hasSize(2);
      assertThat(time.nanoTime()).isGreaterThanOrEqualTo(Duration.ofSeconds(10).toNanos());
    }
  }

  /** Does not even end when it is interrupted. */
  private double hang() {
    while (true) {
      try {
        never.await();
        return 9;
      } catch (InterruptedException e) {
        assertThat(never.getCount()).isEqualTo(1);
      }
    }
  }

  @Test
  void resultBehindItsDeadline_isDroppedAndCounted() throws Exception {
    CountDownLatch late = new CountDownLatch(1);
    Environment slow =
        Fakes.oneTurn(() -> {
          double value = hang();
          late.countDown();
          return value;
        });
    try (RolloutEngine engine = engine(options(), FailurePolicy.failFast().withSmallestGroup(1))) {
      RolloutGroup group = engine.rollOut(Fakes.ECHO, groups(2, slow), 0, 1).get(1);
      never.countDown();
      late.await();
      while (engine.lateResults() == 0) {
        Thread.onSpinWait();
      }

      assertThat(group.trajectories().totalRewards()).containsExactly(1);
    }
  }

  @Test
  void failFast_namesTheRollout() {
    IllegalStateException cause = new IllegalStateException("the disk is full");
    List<EnvironmentGroup> groups =
        groups(
            3,
            Fakes.oneTurn(() -> {
              throw cause;
            }));
    try (RolloutEngine engine = engine(options(), FailurePolicy.failFast())) {
      assertThatThrownBy(() -> engine.rollOut(Fakes.ECHO, groups, 0, 4))
          .isInstanceOf(RolloutException.class)
          .hasMessageContaining("rollout 1 of group 1 of step 4")
          .hasMessageContaining("the disk is full")
          .hasCause(cause);
    }
  }

  @Test
  void retryOnFailure_makesTheRolloutAgainWithTheSameSeed() {
    AtomicInteger attempts = new AtomicInteger();
    EnvironmentGroup group =
        EnvironmentGroup.of(
            1,
            () ->
                Fakes.oneTurn(() -> {
                  if (attempts.incrementAndGet() < 3) {
                    throw new IllegalStateException("not yet");
                  }
                  return 1.0;
                }));
    try (RolloutEngine engine = engine(options(), FailurePolicy.retryOnFailure(2))) {
      RolloutGroup finished = engine.rollOut(Fakes.ECHO, List.of(group), 5, 1).get(0);

      assertThat(finished.counts().retried()).isEqualTo(2);
      assertThat(finished.counts().failed()).isZero();
      assertThat(
              finished.trajectories().trajectories().get(0).transitions().get(0).action().toInts())
          .containsExactly((int) (new SamplingSeeds(5, 1, 0).of(0, 0) & 127));
    }
  }

  @Test
  void smallestGroup_leavesGroupsOut_andFailsWithoutAny() {
    Environment broken =
        Fakes.oneTurn(() -> {
          throw new IllegalStateException("broken");
        });
    try (RolloutEngine engine = engine(options(), FailurePolicy.failFast().withSmallestGroup(2))) {
      assertThat(engine.rollOut(Fakes.ECHO, groups(3, broken), 0, 1))
          .extracting(RolloutGroup::isViable)
          .containsExactly(true, false, true);
      assertThatThrownBy(
              () -> engine.rollOut(Fakes.ECHO, List.of(EnvironmentGroup.of(2, () -> broken)), 0, 1))
          .isInstanceOf(RolloutException.class)
          .hasMessageContaining("none of the 1 groups of step 1");
    }
  }

  @Test
  void failureOfTheSampler_isThrownWhateverThePolicy() {
    TinkerException lost = new RolloutException("stands for a lost session");
    TokenCompleter broken =
        (prompt, params) -> {
          throw lost;
        };
    try (RolloutEngine engine =
        engine(options(), FailurePolicy.retryOnFailure(5).withSmallestGroup(1))) {
      assertThatThrownBy(() -> engine.rollOut(broken, groups(3, Fakes.oneTurn(() -> 1.0)), 0, 1))
          .isSameAs(lost);
    }
  }

  @Test
  void concurrency_isBounded() {
    AtomicInteger running = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    TokenCompleter counting =
        (prompt, params) -> {
          most.accumulateAndGet(running.incrementAndGet(), Math::max);
          time.sleep(Duration.ofSeconds(1));
          running.decrementAndGet();
          return Fakes.action(1);
        };
    try (RolloutEngine engine = engine(options().concurrency(3), FailurePolicy.failFast())) {
      assertThat(engine.rollOut(counting, groups(5, Fakes.oneTurn(() -> 1.0)), 0, 1)).hasSize(5);
    }

    assertThat(most).hasValue(3);
  }

  @Test
  void groupRewards_areAddedAndEnvironmentsClosed() {
    List<Integer> closed = Collections.synchronizedList(new ArrayList<>());
    EnvironmentGroup group =
        new EnvironmentGroup() {
          @Override
          public int size() {
            return 2;
          }

          @Override
          public Environment makeEnvironment(int member) {
            Environment inner = Fakes.oneTurn(() -> (double) member);
            return new Environment() {
              @Override
              public Observation initialObservation() throws Exception {
                return inner.initialObservation();
              }

              @Override
              public StepResult step(SampledSequence action) throws Exception {
                return inner.step(action).withMetric("seen", member);
              }

              @Override
              public void close() {
                closed.add(member);
              }
            };
          }

          @Override
          public double[] computeGroupRewards(List<Trajectory> trajectories) {
            return new double[] {10, 20};
          }
        };
    try (RolloutEngine engine = engine(options(), FailurePolicy.failFast())) {
      RolloutGroup finished = engine.rollOut(Fakes.ECHO, List.of(group), 0, 1).get(0);

      assertThat(finished.trajectories().totalRewards()).containsExactly(10, 21);
      assertThat(finished.metrics().get(1)).containsEntry("seen", 1.0);
      assertThat(closed).containsExactlyInAnyOrder(0, 1);
    }
  }

  @Test
  void interrupt_givesTheRolloutsUp() throws Exception {
    CountDownLatch acting = new CountDownLatch(1);
    CountDownLatch interrupted = new CountDownLatch(1);
    Environment waiting =
        Fakes.oneTurn(() -> {
          acting.countDown();
          try {
            never.await();
          } catch (InterruptedException e) {
            interrupted.countDown();
            throw e;
          }
          return 0.0;
        });
    RolloutOptions.Builder patient = RolloutOptions.builder(4);
    try (RolloutEngine engine = engine(patient, FailurePolicy.failFast())) {
      Thread test = Thread.currentThread();
      Thread.ofVirtual()
          .start(() -> {
            try {
              acting.await();
            } catch (InterruptedException e) {
              throw new IllegalStateException(e);
            }
            test.interrupt();
          });

      assertThatThrownBy(() -> engine.rollOut(Fakes.ECHO, groups(2, waiting), 0, 1))
          .isInstanceOf(CallInterruptedException.class);
      assertThat(Thread.interrupted()).isTrue();
      interrupted.await();
    }
  }

  /** A server with so many places, each of which takes a second for a sample. */
  private final class Server implements TokenCompleter {
    private final ReentrantLock lock = new ReentrantLock(); // guards: free
    private final PriorityQueue<Long> free = new PriorityQueue<>();

    Server(int places) {
      for (int i = 0; i < places; i++) {
        free.add(time.nanoTime());
      }
    }

    @Override
    public SampledSequence complete(ModelInput prompt, SamplingParams params)
        throws InterruptedException {
      long now = time.nanoTime();
      long end;
      lock.lock();
      try {
        end = Math.max(now, free.remove()) + Duration.ofSeconds(1).toNanos();
        free.add(end);
      } finally {
        lock.unlock();
      }
      time.sleep(Duration.ofNanos(end - now));
      return Fakes.action(1);
    }
  }

  /**
   * 64 prompts, 8 rollouts each, after each of whose turns the environment takes 2 s. So many turns
   * that what a busy machine adds, some seconds at the most, is not a tenth.
   */
  @Test
  void slowEnvironments_keepTheServerBusy() {
    int places = 64;
    int turns = 10;
    EnvironmentGroup group =
        EnvironmentGroup.of(
            8,
            () ->
                Fakes.turns(
                    turns,
                    () -> {
                      time.sleep(Duration.ofSeconds(2));
                      return 1.0;
                    }));
    long begin = time.nanoTime();
    try (RolloutEngine engine =
        engine(options().stepDeadline(Duration.ofMinutes(5)), FailurePolicy.failFast())) {
      Server server = new Server(places);
      assertThat(engine.rollOut(server, Collections.nCopies(64, group), 0, 1)).hasSize(64);
    }

    double seconds = (time.nanoTime() - begin) / 1e9;
    double busy = 64 * 8 * turns / (seconds * places);
    assertThat(busy).as("the part of its places in use, over %s s", seconds).isGreaterThan(0.9);
  }
}
