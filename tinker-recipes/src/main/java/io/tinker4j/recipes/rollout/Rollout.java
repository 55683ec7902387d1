package io.tinker4j.recipes.rollout;

import io.tinker4j.recipes.rl.Trajectory;
import io.tinker4j.recipes.rl.Transition;
import io.tinker4j.transport.Time;
import io.tinker4j.transport.TinkerException;
import io.tinker4j.types.SampledSequence;
import io.tinker4j.types.SamplingParams;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeoutException;

/** One attempt at an episode. Used by one thread. */
final class Rollout {
  private static final System.Logger log = System.getLogger(Rollout.class.getName());

  private final RolloutOptions options;
  private final TimedCalls calls;
  private final TokenCompleter policy;
  private final long end;
  private Duration sampling = Duration.ZERO;
  private Duration acting = Duration.ZERO;

  Rollout(RolloutOptions options, TimedCalls calls, TokenCompleter policy) {
    this.options = options;
    this.calls = calls;
    this.policy = policy;
    this.end = options.time().nanoTime() + Time.nanos(options.rolloutDeadline());
  }

  /** An episode that has come to its end. */
  record Episode(Trajectory trajectory, Map<String, Double> metrics) {}

  /** What the sampler itself has failed with: no matter of this rollout alone. */
  static final class SamplerException extends Exception {
    private static final long serialVersionUID = 1;

    SamplerException(TinkerException cause) {
      super(cause);
    }
  }

  /**
   * Plays the episode.
   *
   * @throws SamplerException when the sampler fails
   * @throws InterruptedException when nobody wants it any more
   * @throws Exception when the episode fails
   */
  Episode play(EnvironmentGroup group, SamplingSeeds seeds, int member) throws Exception {
    Environment environment =
        acting("makeEnvironment", () -> group.makeEnvironment(member), options.stepDeadline());
    try {
      return play(environment, seeds, member);
    } finally {
      close(environment);
    }
  }

  private Episode play(Environment environment, SamplingSeeds seeds, int member) throws Exception {
    List<Transition> transitions = new ArrayList<>();
    List<Map<String, Double>> metrics = new ArrayList<>();
    Optional<Observation> next =
        Optional.of(
            acting("initialObservation", environment::initialObservation, options.stepDeadline()));
    for (int turn = 0; next.isPresent(); turn++) {
      Observation observation = next.get();
      SampledSequence action = sample(observation, seeds.of(member, turn));
      StepResult result = acting("step", () -> environment.step(action), options.stepDeadline());
      Transition transition = Transition.of(observation.modelInput(), action, result.reward());
      transitions.add(result.isTrained() ? transition : transition.withoutTraining());
      metrics.add(result.metrics());
      next = result.nextObservation();
    }
    return new Episode(Trajectory.of(transitions), RolloutGroup.sum(metrics));
  }

  private SampledSequence sample(Observation observation, long seed) throws Exception {
    SamplingParams.Builder params =
        SamplingParams.builder()
            .maxTokens(options.maxTokens())
            .temperature(options.temperature())
            .seed(seed);
    if (observation.stop() != null) {
      params.stop(observation.stop());
    }
    long begin = options.time().nanoTime();
    try {
      return calls.within(
          "sampling", left(), () -> policy.complete(observation.modelInput(), params.build()));
    } catch (TinkerException e) {
      if (e.isUserError()) { // such as a prompt that is too long
        throw e;
      }
      throw new SamplerException(e);
    } finally {
      sampling = sampling.plusNanos(options.time().nanoTime() - begin);
    }
  }

  private <T> T acting(String what, Callable<T> call, Duration limit) throws Exception {
    long begin = options.time().nanoTime();
    Duration left = left();
    try {
      return calls.within(what, left.compareTo(limit) < 0 ? left : limit, call);
    } finally {
      acting = acting.plusNanos(options.time().nanoTime() - begin);
    }
  }

  private Duration left() {
    return Duration.ofNanos(end - options.time().nanoTime());
  }

  /** What fails here changes nothing about the episode. */
  private void close(Environment environment) throws InterruptedException {
    try {
      Object unused =
          calls.within(
              "close",
              options.stepDeadline(),
              () -> {
                environment.close();
                return true;
              });
    } catch (InterruptedException e) {
      throw e;
    } catch (TimeoutException e) {
      log.log(System.Logger.Level.WARNING, "an environment does not close and is left behind", e);
    } catch (Exception e) {
      log.log(System.Logger.Level.WARNING, "closing an environment failed", e);
    }
  }

  Duration sampling() {
    return sampling;
  }

  Duration acting() {
    return acting;
  }
}
