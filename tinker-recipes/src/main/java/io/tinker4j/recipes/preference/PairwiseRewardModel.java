package io.tinker4j.recipes.preference;

import io.tinker4j.recipes.rl.SequenceLogprobs;
import io.tinker4j.text.chat.Message;
import io.tinker4j.text.data.PreferencePair;
import io.tinker4j.text.renderer.Conversations;
import io.tinker4j.text.renderer.DatumOptions;
import io.tinker4j.text.renderer.Renderer;
import io.tinker4j.text.renderer.TrainOnWhat;
import io.tinker4j.types.Datum;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * A reward model that compares two answers: a language model that reads both and says {@code A} or
 * {@code B}, as the cookbook's preference models do. It is trained on pairs with {@link
 * PreferenceBatches.Builder#asComparisons}, and rewards the members of a group by how often they
 * win. As thread-safe as its renderer is.
 */
public final class PairwiseRewardModel {
  private static final DatumOptions SCORED =
      DatumOptions.builder()
          .reduction(DatumOptions.Reduction.NONE)
          .trainOn(TrainOnWhat.LAST_ASSISTANT_MESSAGE)
          .build();

  private final SequenceLogprobs model;
  private final Renderer renderer;

  private PairwiseRewardModel(SequenceLogprobs model, Renderer renderer) {
    this.model = model;
    this.renderer = renderer;
  }

  /**
   * Returns a reward model.
   *
   * @param model that was trained on comparisons, usually a sampler of its checkpoint
   * @param renderer the one that it was trained with
   */
  public static PairwiseRewardModel of(SequenceLogprobs model, Renderer renderer) {
    return new PairwiseRewardModel(
        Objects.requireNonNull(model, "model"), Objects.requireNonNull(renderer, "renderer"));
  }

  /** Returns the examples of a pair: the better answer first, then the worse one first. */
  static List<Datum> toData(PreferencePair pair, Renderer renderer, DatumOptions options) {
    return List.of(
        Conversations.toDatum(
            judged(pair.prompt(), pair.chosen(), pair.rejected(), "A"), renderer, options),
        Conversations.toDatum(
            judged(pair.prompt(), pair.rejected(), pair.chosen(), "B"), renderer, options));
  }

  private static List<Message> judged(
      List<Message> prompt, List<Message> first, List<Message> second, String verdict) {
    StringBuilder text = new StringBuilder();
    append(text, "==== Conversation ====", prompt);
    append(text, "==== Completion A ====", first);
    append(text, "==== Completion B ====", second);
    text.append("==== Preference ====");
    return List.of(Message.user(text.toString()), Message.assistant(verdict));
  }

  private static void append(StringBuilder text, String heading, List<Message> messages) {
    text.append(heading).append('\n');
    for (Message message : messages) {
      text.append(message.role()).append(": ").append(message.text()).append('\n');
    }
  }

  /**
   * Returns how probable it is that the first answer is the better one, from 0 to 1: the mean of
   * both orders, so that no place is favoured. Blocks.
   *
   * @throws io.tinker4j.transport.TinkerException when the sampler fails
   */
  public double compare(List<Message> prompt, List<Message> first, List<Message> second) {
    return (1 + rewards(prompt, List.of(first, second))[0]) / 2;
  }

  /**
   * Returns a reward for each answer, from −1 to 1: how much more probable it is that it wins than
   * that it loses, the mean over all others. Asks for all comparisons at once, n·(n − 1), and
   * blocks. To be called by {@code EnvironmentGroup.computeGroupRewards}.
   *
   * @throws IllegalArgumentException when there are fewer than two answers
   * @throws io.tinker4j.transport.TinkerException when the sampler fails
   */
  public double[] rewards(List<Message> prompt, List<List<Message>> answers) {
    int count = answers.size();
    if (count < 2) {
      throw new IllegalArgumentException(
          "there are %d answers; comparing needs 2".formatted(count));
    }
    List<Datum> data = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      for (int j = 0; j < count; j++) {
        if (i != j) {
          for (String verdict : List.of("A", "B")) {
            data.add(
                Conversations.toDatum(
                    judged(prompt, answers.get(i), answers.get(j), verdict), renderer, SCORED));
          }
        }
      }
    }
    List<float[]> logprobs = model.ofTargets(data);
    double[] rewards = new double[count];
    int at = 0;
    for (int i = 0; i < count; i++) {
      for (int j = 0; j < count; j++) {
        if (i != j) {
          double logit = sum(at, data, logprobs) - sum(at + 1, data, logprobs);
          double advantage = 2 * PreferencePairs.sigmoid(logit) - 1;
          rewards[i] += advantage / (2 * (count - 1));
          rewards[j] -= advantage / (2 * (count - 1));
          at += 2;
        }
      }
    }
    return rewards;
  }

  private static double sum(int index, List<Datum> data, List<float[]> logprobs) {
    float[] values = logprobs.get(index);
    float[] weights = WeightedSums.weights(index, data.get(index), values.length);
    return WeightedSums.of(index, "logprobs", values, weights);
  }
}
