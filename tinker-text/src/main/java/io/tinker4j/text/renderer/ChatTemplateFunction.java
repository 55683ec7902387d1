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

  /**
   * Returns the text of a conversation that offers tools. By default a template has no place for
   * them.
   *
   * @param tools JSON values in the form of OpenAI's chat completions, at least one
   * @throws UnsupportedOperationException when the template has no tools
   */
  default String render(
      List<Map<String, @Nullable Object>> messages,
      List<Map<String, @Nullable Object>> tools,
      boolean addGenerationPrompt) {
    throw new UnsupportedOperationException(
        "the chat template takes no tools; implement ChatTemplateFunction.render with them");
  }
}
