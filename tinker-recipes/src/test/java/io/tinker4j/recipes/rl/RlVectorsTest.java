package io.tinker4j.recipes.rl;

import static io.tinker4j.recipes.Recorded.assertClose;
import static io.tinker4j.recipes.Recorded.doubles;
import static io.tinker4j.recipes.Recorded.floats;
import static io.tinker4j.recipes.Recorded.forEachCase;
import static io.tinker4j.recipes.Recorded.id;
import static io.tinker4j.recipes.Recorded.ints;
import static io.tinker4j.recipes.Recorded.isRefused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tinker4j.recipes.Recorded;
import io.tinker4j.types.Datum;
import io.tinker4j.types.SampledSequence;
import io.tinker4j.types.StopReason;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** The arithmetic of reinforcement learning gives what the Python cookbook gives. */
class RlVectorsTest {
  private static final double TOLERANCE = 1e-6;

  @Test
  void centered_recordedGroups_areTheReferences() throws Exception {
    forEachCase(
        "advantages",
        it -> {
          List<TrajectoryGroup> groups = groups(it);
          JsonNode totals = it.at("/total_rewards/result");
          assertThat(groups).as(id(it)).hasSize(it.get("result").size());
          for (int i = 0; i < groups.size(); i++) {
            double[] rewards = groups.get(i).totalRewards();
            assertThat(rewards).as(id(it)).isEqualTo(doubles(totals.get(i)));
            float[] advantages = Advantages.centered().of(rewards);
            assertClose(id(it), advantages, it.get("result").get(i), TOLERANCE);
          }
        });
  }

  @Test
  void assemble_recordedGroups_isTheReferences() throws Exception {
    forEachCase(
        "assemble_training_data",
        it -> {
          List<TrajectoryGroup> groups = groups(it);
          if (isRefused(it)) {
            assertThatThrownBy(() -> TrajectoryData.assemble(groups, Advantages.centered()))
                .as(id(it))
                .isInstanceOf(IllegalArgumentException.class);
            return;
          }
          List<TrajectoryDatum> data = TrajectoryData.assemble(groups, Advantages.centered());
          JsonNode expected = it.get("result");
          assertThat(data).as(id(it)).hasSize(expected.get("datums").size());
          for (int i = 0; i < data.size(); i++) {
            JsonNode place = expected.get("metadata").get(i);
            assertThat(data.get(i).group()).isEqualTo(place.get("group_idx").asInt());
            assertThat(data.get(i).trajectory()).isEqualTo(place.get("traj_idx").asInt());
            check(id(it), data.get(i).datum(), expected.get("datums").get(i));
          }
        });
  }

  private static void check(String id, Datum actual, JsonNode expected) {
    Datum reference = Recorded.datum(expected);
    assertThat(actual.modelInput()).as(id).isEqualTo(reference.modelInput());
    assertThat(actual.lossFnInputs().keySet())
        .as(id)
        .containsExactlyElementsOf(reference.lossFnInputs().keySet());
    assertThat(actual.lossFnInputs())
        .as(id)
        .containsEntry(Datum.TARGET_TOKENS, reference.lossFnInputs().get(Datum.TARGET_TOKENS));
    for (String name : List.of(Datum.LOGPROBS, Datum.ADVANTAGES, TrajectoryData.MASK)) {
      assertClose(
          id + " " + name,
          actual.lossFnInputs().get(name).toFloats(),
          expected.at("/loss_fn_inputs/" + name + "/data"),
          TOLERANCE);
    }
  }

  @Test
  void withoutConstantReward_recordedGroups_keepsTheReferences() throws Exception {
    forEachCase(
        "remove_constant_reward_groups",
        it -> {
          List<TrajectoryGroup> groups = groups(it);

          List<TrajectoryGroup> kept = TrajectoryGroup.withoutConstantReward(groups);

          int[] expected = ints(it.get("result"));
          assertThat(kept).as(id(it)).hasSize(expected.length);
          for (int i = 0; i < expected.length; i++) {
            assertThat(kept.get(i)).as(id(it)).isSameAs(groups.get(expected[i]));
          }
        });
  }

  @Test
  void drift_recordedData_isTheReferences() throws Exception {
    forEachCase(
        "kl",
        it -> {
          List<float[]> logprobs = Recorded.rows(it.get("training_logprobs"));
          JsonNode expected = it.get("result");
          if (it.has("error") || isRefused(expected)) {
            assertThatThrownBy(() -> PolicyDrift.of(data(it), logprobs))
                .as(id(it))
                .isInstanceOf(IllegalArgumentException.class);
            return;
          }

          PolicyDrift drift = PolicyDrift.of(data(it), logprobs);

          String name = "optim/kl_sample_train_v";
          assertClose(id(it), drift.klFirstOrder(), expected.get(name + "1").asDouble(), TOLERANCE);
          assertClose(
              id(it), drift.klSecondOrder(), expected.get(name + "2").asDouble(), TOLERANCE);
          assertClose(id(it), drift.entropy(), expected.get("optim/entropy").asDouble(), TOLERANCE);
        });
  }

  @Test
  void penalty_recordedData_isTheReferences() throws Exception {
    forEachCase(
        "kl",
        it ->
            it.forEachEntry((name, penalty) -> {
              if (name.startsWith("kl_penalty_coef")) {
                checkPenalty(id(it) + " " + name, data(it), settings(name), penalty);
              }
            }));
  }

  private static KlPenalty settings(String name) {
    String[] numbers = name.substring("kl_penalty_coef".length()).split("_discount");
    return new KlPenalty(Double.parseDouble(numbers[0]), Double.parseDouble(numbers[1]));
  }

  private static void checkPenalty(
      String id, List<Datum> data, KlPenalty penalty, JsonNode recorded) {
    List<float[]> reference = Recorded.rows(recorded.get("base_logprobs_after_first"));
    JsonNode expected = recorded.get("result");
    if (isRefused(expected)) {
      assertThatThrownBy(() -> penalty.applyTo(data, reference))
          .as(id)
          .isInstanceOf(IllegalArgumentException.class);
      return;
    }

    KlPenalty.Penalized penalized = penalty.applyTo(data, reference);

    double kl = expected.at("/metrics/kl_policy_base").asDouble();
    assertClose(id, penalized.kl(), kl, TOLERANCE);
    assertThat(penalized.data()).hasSize(expected.get("advantages").size());
    for (int i = 0; i < penalized.data().size(); i++) {
      assertClose(
          id,
          penalized.data().get(i).lossFnInputs().get(Datum.ADVANTAGES).toFloats(),
          expected.get("advantages").get(i),
          TOLERANCE);
    }
  }

  @Test
  void futureSums_recordedValues_areTheReferences() throws Exception {
    forEachCase(
        "discounted_sum",
        it ->
            assertClose(
                id(it),
                Discounts.futureSums(floats(it.get("x")), it.get("gamma").asDouble()),
                it.get("result"),
                TOLERANCE));
  }

  private static List<Datum> data(JsonNode recorded) {
    List<Datum> data = new ArrayList<>();
    recorded.get("datums").forEach(datum -> data.add(Recorded.datum(datum)));
    return data;
  }

  private static List<TrajectoryGroup> groups(JsonNode recorded) {
    List<TrajectoryGroup> groups = new ArrayList<>();
    for (JsonNode group : recorded.get("groups")) {
      List<Trajectory> trajectories = new ArrayList<>();
      for (JsonNode trajectory : group.get("trajectories")) {
        List<Transition> transitions = new ArrayList<>();
        trajectory.forEach(turn -> transitions.add(transition(turn)));
        trajectories.add(Trajectory.of(transitions));
      }
      groups.add(TrajectoryGroup.of(trajectories, doubles(group.get("final_rewards"))));
    }
    return groups;
  }

  private static Transition transition(JsonNode turn) {
    Transition transition =
        Transition.of(
            Recorded.input(turn.get("ob")),
            SampledSequence.of(StopReason.STOP, ints(turn.get("ac")), floats(turn.get("logprobs"))),
            turn.get("reward").asDouble());
    boolean isMasked = turn.at("/metrics/parse_error_masked").asDouble(0) >= 1;
    return isMasked ? transition.withoutTraining() : transition;
  }
}
