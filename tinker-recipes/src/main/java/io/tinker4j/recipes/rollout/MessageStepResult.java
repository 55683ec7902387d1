package io.tinker4j.recipes.rollout;

import io.tinker4j.text.chat.Message;
import io.tinker4j.types.internal.Checks;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a message has led to.
 *
 * @param reward of this turn alone, finite
 * @param isEpisodeDone whether it was the last turn
 * @param nextMessages the whole conversation that the model reads next; empty at the end
 * @param metrics what else is reported, by name; summed up over an episode
 */
public record MessageStepResult(
    double reward, boolean isEpisodeDone, List<Message> nextMessages, Map<String, Double> metrics) {
  /** Copies list and map; refuses a reward that is not finite. */
  public MessageStepResult {
    Checks.range("reward", reward, -Double.MAX_VALUE, Double.MAX_VALUE);
    nextMessages = List.copyOf(nextMessages);
    metrics = Map.copyOf(metrics);
  }

  /** Returns the end of an episode. */
  public static MessageStepResult done(double reward) {
    return new MessageStepResult(reward, true, List.of(), Map.of());
  }

  /** Returns a result after which the model speaks again. */
  public static MessageStepResult next(double reward, List<Message> nextMessages) {
    return new MessageStepResult(reward, false, nextMessages, Map.of());
  }

  /** Returns the same result with one more number to be reported. */
  public MessageStepResult withMetric(String name, double value) {
    Map<String, Double> more = new LinkedHashMap<>(metrics);
    more.put(name, value);
    return new MessageStepResult(reward, isEpisodeDone, nextMessages, more);
  }
}
