package io.tinker4j.text.renderer;

import io.tinker4j.text.chat.ToolCall;
import io.tinker4j.text.json.JsonSyntaxException;
import io.tinker4j.text.json.PythonJson;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Arguments of tool calls, for formats that take them apart. */
final class ToolArguments {
  private ToolArguments() {}

  static @Nullable Object parse(ToolCall call) {
    try {
      return PythonJson.parse(call.arguments());
    } catch (JsonSyntaxException e) {
      throw new IllegalArgumentException(
          "the arguments of the call of %s are no JSON: %s".formatted(call.name(), e.getMessage()),
          e);
    }
  }

  static Map<?, ?> parseObject(ToolCall call) {
    if (parse(call) instanceof Map<?, ?> arguments) {
      return arguments;
    }
    throw new IllegalArgumentException(
        "the arguments of the call of %s must be a JSON object".formatted(call.name()));
  }
}
