package io.tinker4j.text.renderer;

import io.tinker4j.text.chat.ContentPart;
import io.tinker4j.text.chat.Message;
import io.tinker4j.text.chat.ToolCall;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Messages as chat templates expect them. */
final class OpenAi {
  private OpenAi() {}

  /** Thinking stays in the content, in its marks; for templates without a field for it. */
  static Map<String, @Nullable Object> withThinkingInline(Message message) {
    StringBuilder content = new StringBuilder();
    for (ContentPart part : message.parts()) {
      switch (part) {
        case ContentPart.Text text -> content.append(text.text());
        case ContentPart.Thinking thinking ->
            content.append("<think>").append(thinking.thinking()).append("</think>");
        case ContentPart.Image image ->
            throw new UnsupportedOperationException(
                "a message with an image has no form here; the image would be lost");
        case ContentPart.Unrecognized other -> {}
      }
    }
    Map<String, @Nullable Object> json = new LinkedHashMap<>();
    json.put("role", message.role());
    json.put("content", content.toString());
    addTools(message, ToolCall::arguments, json);
    return json;
  }

  /** Thinking is a field of its own; what is neither text nor thinking is left out. */
  static Map<String, @Nullable Object> withReasoning(
      Message message, Function<ToolCall, ? extends @Nullable Object> arguments) {
    Map<String, @Nullable Object> json = new LinkedHashMap<>();
    json.put("role", message.role());
    json.put("content", message.text());
    if (message.parts().stream().anyMatch(ContentPart.Thinking.class::isInstance)) {
      json.put("reasoning_content", message.thinking());
    }
    addTools(message, arguments, json);
    return json;
  }

  private static void addTools(
      Message message,
      Function<ToolCall, ? extends @Nullable Object> arguments,
      Map<String, @Nullable Object> json) {
    if (!message.toolCalls().isEmpty()) {
      List<Object> calls = new ArrayList<>();
      for (ToolCall call : message.toolCalls()) {
        Map<String, @Nullable Object> function = new LinkedHashMap<>();
        function.put("name", call.name());
        function.put("arguments", arguments.apply(call));
        Map<String, @Nullable Object> entry = new LinkedHashMap<>();
        entry.put("type", "function");
        entry.put("id", call.id().orElse(null));
        entry.put("function", function);
        calls.add(entry);
      }
      json.put("tool_calls", calls);
    }
    if (message.role().equals("tool")) {
      message.toolCallId().ifPresent(id -> json.put("tool_call_id", id));
      message.name().ifPresent(name -> json.put("name", name));
    }
  }
}
