package io.tinker4j.testkit.openai;

import io.tinker4j.testkit.http.RefusedException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A conversation as the text that the embedded model goes on with, in the format of the renderer
 * {@code role_colon}: so a model that was tuned with it answers here, too.
 */
final class ChatPrompt {
  /** Where an answer ends. */
  static final String STOP = "\n\nUser:";

  private static final String END = "\n\n";

  private ChatPrompt() {}

  /**
   * Returns the text before the answer.
   *
   * @throws RefusedException 400 when the messages are none, or one is not of text
   */
  static String of(Object messages) {
    if (!(messages instanceof List<?> list) || list.isEmpty()) {
      throw RequestFields.refused("messages", "an array with at least one message");
    }
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < list.size(); i++) {
      String place = "messages[" + i + "]";
      if (!(list.get(i) instanceof Map<?, ?> message)
          || !(message.get("role") instanceof String role)
          || role.isEmpty()) {
        throw RequestFields.refused(place, "an object with a role");
      }
      text.append(capitalize(role)).append(": ");
      text.append(content(place + ".content", message.get("content"))).append(END);
    }
    return text.append("Assistant:").toString();
  }

  private static String capitalize(String role) {
    return role.substring(0, 1).toUpperCase(Locale.ROOT)
        + role.substring(1).toLowerCase(Locale.ROOT);
  }

  private static String content(String place, @Nullable Object content) {
    if (content instanceof String text) {
      return text;
    }
    if (!(content instanceof List<?> parts)) {
      throw RequestFields.refused(place, "a string or an array of text parts");
    }
    StringBuilder text = new StringBuilder();
    for (Object part : parts) {
      if (part instanceof Map<?, ?> map && map.get("text") instanceof String piece) {
        text.append(piece);
      } else {
        throw RequestFields.refused(place, "a string or an array of text parts");
      }
    }
    return text.toString();
  }

  /** Returns what an answer says, without the space in front of it and what ends it. */
  static String said(String generated) {
    String text = generated.startsWith(" ") ? generated.substring(1) : generated;
    return text.endsWith(END) ? text.substring(0, text.length() - END.length()) : text;
  }
}
