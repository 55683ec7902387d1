package io.tinker4j.text.chat;

import io.tinker4j.text.json.PythonJson;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Messages in the form of OpenAI's chat completions. */
final class MessageJson {
  private MessageJson() {}

  static Message read(JsonPath path, Map<String, @Nullable Object> json) {
    Message.Builder message = Message.builder(path.text(json, "role"));
    readContent(path, json, message);
    if (json.get("tool_calls") != null) {
      message.toolCalls(readToolCalls(path.field("tool_calls"), json.get("tool_calls")));
    }
    if (json.get("unparsed_tool_calls") != null) {
      message.unparsedToolCalls(
          readUnparsed(path.field("unparsed_tool_calls"), json.get("unparsed_tool_calls")));
    }
    String toolCallId = path.optionalText(json, "tool_call_id");
    if (toolCallId != null) {
      message.toolCallId(toolCallId);
    }
    String name = path.optionalText(json, "name");
    if (name != null) {
      message.name(name);
    }
    Object trainable = json.get("trainable");
    if (trainable instanceof Boolean flag) {
      message.trainable(flag);
    } else if (trainable != null) {
      throw path.field("trainable").wrong("a boolean", trainable);
    }
    return message.build();
  }

  private static void readContent(
      JsonPath path, Map<String, @Nullable Object> json, Message.Builder message) {
    Object content = json.get("content");
    List<ContentPart> parts = new ArrayList<>();
    String reasoning = path.optionalText(json, "reasoning_content");
    if (reasoning != null && !reasoning.isEmpty()) {
      parts.add(new ContentPart.Thinking(reasoning));
    }
    if (content == null || content instanceof String) {
      String text = content == null ? "" : (String) content;
      if (parts.isEmpty()) {
        message.text(text);
        return;
      }
      if (!text.isEmpty()) {
        parts.add(new ContentPart.Text(text));
      }
    } else if (content instanceof List<?> list) {
      JsonPath at = path.field("content");
      for (int i = 0; i < list.size(); i++) {
        parts.add(readPart(at.index(i), at.index(i).object(list.get(i))));
      }
    } else {
      throw path.field("content").wrong("a string, an array or null", content);
    }
    message.parts(parts);
  }

  private static ContentPart readPart(JsonPath path, Map<String, @Nullable Object> part) {
    return switch (path.text(part, "type")) {
      case "text" -> new ContentPart.Text(path.text(part, "text"));
      case "thinking" -> new ContentPart.Thinking(path.text(part, "thinking"));
      case "image" -> new ContentPart.Image(path.text(part, "image"));
      case "image_url" -> {
        if (part.get("image_url") instanceof String url) {
          yield new ContentPart.Image(url);
        }
        JsonPath at = path.field("image_url");
        yield new ContentPart.Image(at.text(at.object(part.get("image_url")), "url"));
      }
      default -> new ContentPart.Unrecognized(JsonPath.freeze(part));
    };
  }

  private static List<ToolCall> readToolCalls(JsonPath path, @Nullable Object json) {
    List<?> list = path.array(json);
    List<ToolCall> calls = new ArrayList<>(list.size());
    for (int i = 0; i < list.size(); i++) {
      JsonPath at = path.index(i);
      Map<String, @Nullable Object> call = at.object(list.get(i));
      String id = at.optionalText(call, "id");
      JsonPath inner = at.field("function");
      Map<String, @Nullable Object> function = inner.object(call.get("function"));
      Object arguments = function.get("arguments");
      String text =
          arguments instanceof Map<?, ?> map
              ? PythonJson.write(map)
              : inner.text(function, "arguments");
      ToolCall read = ToolCall.of(inner.text(function, "name"), text);
      calls.add(id == null ? read : read.withId(id));
    }
    return calls;
  }

  private static List<UnparsedToolCall> readUnparsed(JsonPath path, @Nullable Object json) {
    List<?> list = path.array(json);
    List<UnparsedToolCall> calls = new ArrayList<>(list.size());
    for (int i = 0; i < list.size(); i++) {
      JsonPath at = path.index(i);
      Map<String, @Nullable Object> call = at.object(list.get(i));
      calls.add(new UnparsedToolCall(at.text(call, "raw_text"), at.text(call, "error")));
    }
    return calls;
  }

  static Map<String, @Nullable Object> write(Message message) {
    Map<String, @Nullable Object> json = new LinkedHashMap<>();
    json.put("role", message.role());
    json.put("content", message.hasParts() ? writeParts(message.parts()) : message.text());
    message.toolCallList().ifPresent(calls -> json.put("tool_calls", writeToolCalls(calls)));
    if (!message.unparsedToolCalls().isEmpty()) {
      json.put("unparsed_tool_calls", writeUnparsed(message.unparsedToolCalls()));
    }
    message.trainable().ifPresent(trainable -> json.put("trainable", trainable));
    message.toolCallId().ifPresent(id -> json.put("tool_call_id", id));
    message.name().ifPresent(name -> json.put("name", name));
    return Collections.unmodifiableMap(json);
  }

  private static List<Object> writeParts(List<ContentPart> parts) {
    List<Object> list = new ArrayList<>(parts.size());
    for (ContentPart part : parts) {
      list.add(
          switch (part) {
            case ContentPart.Text text -> pair(part, "text", text.text());
            case ContentPart.Thinking thinking -> pair(part, "thinking", thinking.thinking());
            case ContentPart.Image image -> pair(part, "image", image.location());
            case ContentPart.Unrecognized other -> other.fields();
          });
    }
    return list;
  }

  private static Map<String, Object> pair(ContentPart part, String name, String value) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("type", part.type());
    json.put(name, value);
    return json;
  }

  private static List<Object> writeToolCalls(List<ToolCall> calls) {
    List<Object> list = new ArrayList<>(calls.size());
    for (ToolCall call : calls) {
      Map<String, @Nullable Object> json = new LinkedHashMap<>();
      json.put("type", "function");
      json.put("id", call.id().orElse(null));
      Map<String, @Nullable Object> function = new LinkedHashMap<>();
      function.put("name", call.name());
      function.put("arguments", call.arguments());
      json.put("function", function);
      list.add(json);
    }
    return list;
  }

  private static List<Object> writeUnparsed(List<UnparsedToolCall> calls) {
    List<Object> list = new ArrayList<>(calls.size());
    for (UnparsedToolCall call : calls) {
      Map<String, @Nullable Object> json = new LinkedHashMap<>();
      json.put("raw_text", call.rawText());
      json.put("error", call.error());
      list.add(json);
    }
    return list;
  }
}
