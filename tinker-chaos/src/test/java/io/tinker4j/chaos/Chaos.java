package io.tinker4j.chaos;

import static io.tinker4j.testkit.fault.RequestMatcher.any;
import static io.tinker4j.testkit.fault.RequestMatcher.operation;

import io.tinker4j.testkit.fault.Fault;
import io.tinker4j.testkit.fault.FaultScript;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** What goes wrong in one run, drawn from its seed: every kind of fault there is. */
final class Chaos {
  /** About so many requests a run makes without faults. */
  private static final int REQUESTS = ChaosRun.STEPS * 9 / 2;

  private final SplittableRandom random;
  private final long seed;

  Chaos(long seed) {
    this.seed = seed;
    this.random = new SplittableRandom(seed);
  }

  SplittableRandom random() {
    return random;
  }

  FaultScript faults() {
    List<Fault> faults = new ArrayList<>();
    faults.add(often().delay(Duration.ofSeconds(1 + random.nextInt(90))));
    faults.add(often().dropBeforeExecution());
    faults.add(often().executeThenDropAnswer());
    faults.add(often().duplicate());
    faults.add(often().resetMidBody());
    faults.add(often().answer(429));
    faults.add(often().answer(500 + random.nextInt(4)));
    faults.add(seldom().truncateBody());
    faults.add(seldom().flipBit());
    faults.add(seldom().jumpClock(Duration.ofSeconds(-120 + random.nextInt(180))));
    faults.add(
        Fault.on(operation("retrieve_future"))
            .withProbability(0.005)
            .pauseQueue("paused_capacity", "full"));
    faults.add(Fault.on(operation("retrieve_future")).withProbability(0.002).expirePromise());
    faults.add(Fault.on(operation("load_weights")).withProbability(0.2).loseOptimizer());
    for (int i = random.nextInt(3); i > 0; i--) {
      String victim = random.nextBoolean() ? "optim_step" : "forward_backward";
      faults.add(Fault.on(operation(victim)).nth(1 + random.nextInt(ChaosRun.STEPS)).poisonRun());
    }
    for (int i = random.nextInt(2); i > 0; i--) {
      faults.add(
          Fault.on(operation("optim_step")).nth(1 + random.nextInt(ChaosRun.STEPS)).killSession());
    }
    for (int i = 1 + random.nextInt(2); i > 0; i--) {
      faults.add(
          Fault.on(any())
              .nth(1 + random.nextInt(REQUESTS))
              .restartServer(Duration.ofSeconds(random.nextInt(60))));
    }
    return FaultScript.of(faults.toArray(Fault[]::new)).withSeed(seed);
  }

  private static Fault.When often() {
    return Fault.on(any()).withProbability(0.005);
  }

  private static Fault.When seldom() {
    return Fault.on(any()).withProbability(0.0005);
  }

  /** Returns at which write the next process dies; 0 for a process that lives. */
  int fatalWrite() {
    return random.nextInt(3) == 0 ? 0 : 1 + random.nextInt(2 * ChaosRun.STEPS);
  }
}
