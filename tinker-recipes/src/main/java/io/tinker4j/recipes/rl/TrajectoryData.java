package io.tinker4j.recipes.rl;

import io.tinker4j.text.renderer.Conversations;
import io.tinker4j.text.renderer.DatumOptions;
import io.tinker4j.text.renderer.SupervisedExample;
import io.tinker4j.types.Datum;
import io.tinker4j.types.ModelInput;
import io.tinker4j.types.TensorData;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Makes training data of trajectories.
 *
 * <p>Each example has four loss inputs, one entry for each position of the model's input: {@code
 * target_tokens}, the token that comes next; {@code logprobs}, what the sampler gave for it, 0 for
 * tokens of the environment; {@code advantages}, the trajectory's for tokens of the model, 0 for
 * others; and {@link #MASK}, 1 for tokens of the model that are trained on, else 0. The policy
 * losses of the server read the first three: {@link #withoutMasks} takes the mask off.
 *
 * <p>A turn whose observation begins with everything that was read and said before goes into the
 * same example. One that does not, say because thoughts were cut out of the history, begins a new
 * one. So a trajectory of which each turn extends the one before is one example, and its prefix is
 * computed once.
 */
public final class TrajectoryData {
  /** The key of the mask, float32. */
  public static final String MASK = "mask";

  private static final DatumOptions SHIFT =
      DatumOptions.builder()
          .reduction(DatumOptions.Reduction.NONE)
          .allowsNothingToLearn(true)
          .build();

  private TrajectoryData() {}

  /**
   * Returns the examples of groups, by group and trajectory in order, with advantages that are
   * computed for each group.
   *
   * @throws IllegalArgumentException when {@code advantages} does not give one finite number for
   *     each trajectory, or a trajectory is refused as {@link #toDatums} says; the message names
   *     group and trajectory
   */
  public static List<TrajectoryDatum> assemble(
      List<TrajectoryGroup> groups, Advantages advantages) {
    List<TrajectoryDatum> data = new ArrayList<>();
    for (int group = 0; group < groups.size(); group++) {
      List<Trajectory> trajectories = groups.get(group).trajectories();
      float[] values = advantages.of(groups.get(group).totalRewards());
      Checks.length(
          "the advantages of groups[%d]".formatted(group),
          values.length,
          "trajectories",
          trajectories.size());
      for (int i = 0; i < values.length; i++) {
        try {
          for (Datum datum : toDatums(trajectories.get(i), values[i])) {
            data.add(new TrajectoryDatum(datum, group, i));
          }
        } catch (IllegalArgumentException e) {
          throw new IllegalArgumentException(
              "groups[%d], trajectory %d: %s".formatted(group, i, e.getMessage()), e);
        }
      }
    }
    return List.copyOf(data);
  }

  /**
   * Returns the examples of a trajectory; none when it has no token.
   *
   * @param advantage of each of its tokens that is trained on
   * @throws IllegalArgumentException when the advantage is not finite, the length of an image in an
   *     observation is not known, or an example would have fewer than two tokens
   */
  public static List<Datum> toDatums(Trajectory trajectory, float advantage) {
    Checks.finite("advantage", advantage);
    List<Datum> data = new ArrayList<>();
    List<Transition> pending = new ArrayList<>();
    ModelInput read = ModelInput.empty();
    for (Transition transition : trajectory.transitions()) {
      ModelInput observation = Prefixes.merged(transition.observation());
      if (!read.chunks().isEmpty() && !Prefixes.startsWith(observation, read)) {
        data.add(datum(read, pending, advantage));
        pending.clear();
      }
      pending.add(transition);
      read = Prefixes.merged(observation.append(transition.action().toInts()));
    }
    if (!read.chunks().isEmpty()) {
      data.add(datum(read, pending, advantage));
    }
    return List.copyOf(data);
  }

  /** Returns the example of turns each of which extends the one before. */
  private static Datum datum(ModelInput all, List<Transition> turns, float advantage) {
    int length = length(all);
    float[] logprobs = new float[length];
    float[] advantages = new float[length];
    float[] mask = new float[length];
    for (Transition turn : turns) {
      int begin = length(turn.observation());
      float[] sampled = turn.action().toFloats();
      System.arraycopy(sampled, 0, logprobs, begin, sampled.length);
      if (turn.isTrained()) {
        Arrays.fill(advantages, begin, begin + sampled.length, advantage);
        Arrays.fill(mask, begin, begin + sampled.length, 1);
      }
    }
    Datum shifted = Conversations.toDatum(SupervisedExample.of(all, mask), SHIFT);
    TensorData targets = Objects.requireNonNull(shifted.lossFnInputs().get(Datum.TARGET_TOKENS));
    int end = targets.size() + 1;
    Map<String, TensorData> inputs = new LinkedHashMap<>();
    inputs.put(Datum.TARGET_TOKENS, targets);
    inputs.put(Datum.LOGPROBS, TensorData.of(Arrays.copyOfRange(logprobs, 1, end)));
    inputs.put(Datum.ADVANTAGES, TensorData.of(Arrays.copyOfRange(advantages, 1, end)));
    inputs.put(MASK, TensorData.of(Arrays.copyOfRange(mask, 1, end)));
    return Datum.of(shifted.modelInput(), inputs);
  }

  private static int length(ModelInput input) {
    try {
      return input.length();
    } catch (IllegalStateException e) {
      throw new IllegalArgumentException("observation: " + e.getMessage(), e);
    }
  }

  /**
   * Returns examples without {@link #MASK}, as the server's policy losses take them: their
   * advantages are 0 where the mask is, also when something has been added to them there. Claims of
   * provenance stay.
   */
  public static List<Datum> withoutMasks(List<Datum> data) {
    return data.stream().map(TrajectoryData::withoutMask).toList();
  }

  private static Datum withoutMask(Datum datum) {
    Map<String, TensorData> inputs = new LinkedHashMap<>(datum.lossFnInputs());
    TensorData mask = inputs.remove(MASK);
    if (mask == null) {
      return datum;
    }
    inputs.computeIfPresent(Datum.ADVANTAGES, (name, values) -> masked(values, mask));
    Datum without = Datum.of(datum.modelInput(), inputs);
    return datum.modelInputSpans().isEmpty() && datum.lossFnInputSpans().isEmpty()
        ? without
        : without.withProvenance(datum.modelInputSpans(), datum.lossFnInputSpans());
  }

  private static TensorData masked(TensorData advantages, TensorData mask) {
    float[] values = advantages.toFloats();
    float[] factors = mask.toFloats();
    Checks.length("mask", factors.length, "advantages", values.length);
    for (int t = 0; t < values.length; t++) {
      values[t] = factors[t] == 0 ? 0 : values[t];
    }
    return TensorData.of(values);
  }
}
