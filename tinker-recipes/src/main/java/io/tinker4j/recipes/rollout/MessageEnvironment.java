package io.tinker4j.recipes.rollout;

import io.tinker4j.text.chat.Message;
import io.tinker4j.text.renderer.Renderer;
import java.util.List;

/**
 * What a model acts in, in messages: one episode of it, used once, as {@link Environment} is.
 * {@link ToolEnvironment} is one whose model calls tools.
 */
public interface MessageEnvironment {
  /** Returns the conversation that the model answers first. Called once. */
  List<Message> initialObservation() throws Exception;

  /**
   * Takes the model's answer.
   *
   * @param message as the renderer has read it; tool calls that could not be read are among its
   *     {@linkplain Message#unparsedToolCalls unparsed} ones
   */
  MessageStepResult step(Message message) throws Exception;

  /** Gives up what the environment holds. Does nothing unless overridden. */
  default void close() {}

  /**
   * Returns this environment in tokens. An answer without an end, such as one that was cut off at
   * the limit of tokens, ends the episode with a reward of −1, as the cookbook's {@code
   * EnvFromMessageEnv} does.
   */
  default Environment rendered(Renderer renderer) {
    return rendered(renderer, -1);
  }

  /**
   * The same with another reward.
   *
   * @param failedParseReward for an answer without an end
   */
  default Environment rendered(Renderer renderer, double failedParseReward) {
    return new RenderedEnvironment(this, renderer, failedParseReward);
  }
}
