package io.tinker4j.recipes.rollout;

import io.tinker4j.types.SampledSequence;
import io.tinker4j.types.StopReason;
import java.util.concurrent.Callable;

/** Environments and samplers of tests. */
final class Fakes {
  private Fakes() {}

  /** A completer that says the seed's last seven bits. */
  static final TokenCompleter ECHO =
      (prompt, params) -> action((int) (params.seed().orElseThrow().longValueExact() & 127));

  static SampledSequence action(int... tokens) {
    return SampledSequence.of(StopReason.STOP, tokens, new float[tokens.length]);
  }

  /** An environment of one turn whose reward comes from a call. */
  static Environment oneTurn(Callable<Double> reward) {
    return turns(1, reward);
  }

  /** An environment of some turns, each of which has the reward that a call gives. */
  static Environment turns(int count, Callable<Double> reward) {
    return new Environment() {
      private int turn;

      @Override
      public Observation initialObservation() {
        return Observation.ofInts(1);
      }

      @Override
      public StepResult step(SampledSequence action) throws Exception {
        double value = reward.call();
        return ++turn == count
            ? StepResult.done(value)
            : StepResult.next(value, Observation.ofInts(1, turn));
      }
    };
  }
}
