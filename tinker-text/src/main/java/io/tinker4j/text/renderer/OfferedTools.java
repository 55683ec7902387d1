package io.tinker4j.text.renderer;

import io.tinker4j.text.chat.Message;
import io.tinker4j.text.chat.ToolSpec;
import io.tinker4j.text.json.JsonSyntaxException;
import io.tinker4j.text.json.PythonJson;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Tools as the first message of a conversation, for a template that takes them beside the messages:
 * of role {@value #ROLE}, with a JSON array of the tools as its text.
 */
final class OfferedTools {
  /** The role of the cookbook's own message of tools. */
  static final String ROLE = "tool_declare";

  private OfferedTools() {}

  static Message message(List<ToolSpec> tools) {
    return Message.of(
        ROLE, PythonJson.writeUnicode(tools.stream().map(OfferedTools::function).toList()));
  }

  static boolean isOffered(List<Message> messages) {
    return !messages.isEmpty() && messages.get(0).role().equals(ROLE);
  }

  /**
   * Returns the tools that a conversation offers, in the form of OpenAI's chat completions; none
   * when its first message is another.
   *
   * @throws IllegalArgumentException when the message is no such array
   */
  static List<Map<String, @Nullable Object>> of(List<Message> messages) {
    if (!isOffered(messages)) {
      return List.of();
    }
    List<Map<String, @Nullable Object>> tools = new ArrayList<>();
    for (Object tool : array(messages.get(0).text())) {
      if (!(tool instanceof Map<?, ?> map)) {
        throw wrong("has one that is no object", null);
      }
      Map<String, @Nullable Object> fields = new LinkedHashMap<>();
      map.forEach((key, value) -> fields.put(String.valueOf(key), value));
      tools.add(function(ToolSpec.fromMap(fields)));
    }
    return tools;
  }

  private static List<?> array(String json) {
    try {
      if (PythonJson.parse(json) instanceof List<?> tools) {
        return tools;
      }
    } catch (JsonSyntaxException e) {
      throw wrong("is no JSON: " + e.getMessage(), e);
    }
    throw wrong("is no array", null);
  }

  private static IllegalArgumentException wrong(String what, @Nullable Throwable cause) {
    return new IllegalArgumentException(
        "the message of role " + ROLE + " must be a JSON array of tools, but " + what, cause);
  }

  private static Map<String, @Nullable Object> function(ToolSpec tool) {
    Map<String, @Nullable Object> function = new LinkedHashMap<>();
    function.put("type", "function");
    function.put("function", tool.toMap());
    return function;
  }
}
