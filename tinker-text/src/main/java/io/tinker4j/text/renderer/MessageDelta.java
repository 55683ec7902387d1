package io.tinker4j.text.renderer;

import io.tinker4j.text.chat.Message;

/** What has been added to an answer that is still being sampled. */
public sealed interface MessageDelta {
  /**
   * The answer has begun.
   *
   * @param role who answers
   */
  record Header(String role) implements MessageDelta {}

  /**
   * More text for the user.
   *
   * @param text what is new
   * @param contentIndex one more whenever thinking and text take turns
   */
  record Text(String text, int contentIndex) implements MessageDelta {}

  /**
   * More of what the model thinks.
   *
   * @param thinking what is new
   * @param contentIndex one more whenever thinking and text take turns
   */
  record Thinking(String thinking, int contentIndex) implements MessageDelta {}

  /**
   * The answer is complete; the last of all.
   *
   * @param message all of it
   */
  record Complete(Message message) implements MessageDelta {}
}
