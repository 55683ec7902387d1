package io.tinker4j.text.renderer;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A chat template: messages to text. Safe for use by many threads. */
@FunctionalInterface
public interface ChatTemplateFunction {
  /**
   * Returns the text of a conversation.
   *
   * @param messages JSON values in the form of OpenAI's chat completions
   * @param addGenerationPrompt whether the text ends where the assistant's answer begins
   */
  String render(List<Map<String, @Nullable Object>> messages, boolean addGenerationPrompt);
}
