package io.tinker4j.recipes.reinforcement;

import io.tinker4j.recipes.rl.PolicyDrift;
import io.tinker4j.recipes.rl.Trajectory;
import io.tinker4j.recipes.rl.TrajectoryGroup;
import io.tinker4j.recipes.rl.Transition;
import io.tinker4j.types.Datum;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The numbers of one step, under the cookbook's names where it has them. Used by one thread. */
final class StepMetrics {
  private static final String ENV = "env/all/";

  private final Map<String, Double> all = new LinkedHashMap<>();

  /** Adds what the rollouts tell that the step is trained on. */
  void rollouts(List<SampledGroup> groups, long step) {
    List<Double> rewards = new ArrayList<>();
    Map<String, Double> reported = new LinkedHashMap<>();
    long turns = 0;
    long actions = 0;
    long observations = 0;
    double constant = 0;
    double offPolicy = 0;
    for (SampledGroup each : groups) {
      TrajectoryGroup group = each.group().trajectories();
      for (double reward : group.totalRewards()) {
        rewards.add(reward);
      }
      for (Trajectory trajectory : group.trajectories()) {
        turns += trajectory.transitions().size();
        for (Transition turn : trajectory.transitions()) {
          actions += turn.action().tokens().remaining();
          observations += turn.observation().length();
        }
      }
      each.group()
          .metrics()
          .forEach(of -> of.forEach((name, value) -> reported.merge(name, value, Double::sum)));
      constant += group.isRewardConstant() ? 1 : 0;
      offPolicy += step - 1 - each.samplerStep();
    }
    int episodes = rewards.size();
    reported.forEach((name, sum) -> put(ENV + name, sum / episodes));
    rewards(rewards);
    put(ENV + "total_episodes", episodes);
    put(ENV + "turns_per_episode", (double) turns / episodes);
    put(ENV + "ac_tokens_per_turn", (double) actions / turns);
    put(ENV + "ob_tokens_per_turn", (double) observations / turns);
    put(ENV + "by_group/frac_constant", constant / groups.size());
    put("rollouts/steps_off_policy", offPolicy / groups.size());
  }

  private void rewards(List<Double> rewards) {
    double mean = rewards.stream().mapToDouble(each -> each).average().orElse(0);
    double squares = rewards.stream().mapToDouble(each -> (each - mean) * (each - mean)).sum();
    put(ENV + "reward/total", mean);
    put(ENV + "reward/std", Math.sqrt(squares / Math.max(1, rewards.size())));
  }

  /** Adds how far the trainer was from the sampler, as its passes have found. */
  void drift(List<Datum> data, List<float[]> logprobs) {
    PolicyDrift drift = PolicyDrift.of(data, logprobs);
    put("optim/kl_sample_train_v1", drift.klFirstOrder());
    put("optim/kl_sample_train_v2", drift.klSecondOrder());
    put("optim/entropy", drift.entropy());
  }

  /**
   * Adds which part of the step's time went where. While rollouts were waited for, it is sampling's
   * and the environments' in proportion to what all rollouts have waited for each.
   */
  void times(Duration rolling, Duration all, List<SampledGroup> groups) {
    double sampling = 0;
    double environment = 0;
    for (SampledGroup each : groups) {
      sampling += each.group().counts().sampling().toNanos();
      environment += each.group().counts().environment().toNanos();
    }
    double both = sampling + environment;
    double rolled = all.isZero() ? 0 : (double) rolling.toNanos() / all.toNanos();
    put("time/share_sampling", both == 0 ? rolled : rolled * sampling / both);
    put("time/share_environment", both == 0 ? 0 : rolled * environment / both);
    put("time/share_training", 1 - rolled);
    put("time/total", all.toNanos() / 1e9);
  }

  void put(String name, double value) {
    all.put(name, value);
  }

  void putAll(Map<String, Double> more) {
    all.putAll(more);
  }

  Map<String, Double> asMap() {
    return all;
  }
}
