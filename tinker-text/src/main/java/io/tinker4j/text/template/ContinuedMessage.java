package io.tinker4j.text.template;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Cuts a text behind the last message, so that a model continues it. */
final class ContinuedMessage {
  private ContinuedMessage() {}

  static String cut(String text, List<? extends Map<String, ?>> messages) {
    String message = text(messages.get(messages.size() - 1).get("content"));
    String stripped = message.strip();
    int at = text.lastIndexOf(stripped);
    if (at < 0) {
      throw new IllegalArgumentException(
          "the last message does not appear in the text: the template leaves parts of it out, so"
              + " it cannot be continued");
    }
    String leading = message.stripLeading();
    boolean kept = leading.equals(message) && text.startsWith(message, at);
    return text.substring(0, at + (kept ? message.length() : stripped.length()));
  }

  private static String text(@Nullable Object content) {
    if (content instanceof String text) {
      return text;
    }
    if (content instanceof List<?> parts) {
      for (int i = parts.size() - 1; i >= 0; i--) {
        if (parts.get(i) instanceof Map<?, ?> part && part.get("text") instanceof String text) {
          return text;
        }
      }
    }
    throw new IllegalArgumentException("the last message has no text to continue");
  }
}
