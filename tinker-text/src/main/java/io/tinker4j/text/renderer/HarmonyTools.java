package io.tinker4j.text.renderer;

import io.tinker4j.text.chat.ToolSpec;
import io.tinker4j.text.json.PythonJson;
import io.tinker4j.text.json.PythonText;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Tools as types of TypeScript, as gpt-oss has learned them. */
final class HarmonyTools {
  private HarmonyTools() {}

  static String declare(ToolSpec tool) {
    String comment = tool.description().isEmpty() ? "" : "// " + tool.description() + "\n";
    return "%stype %s = %s => any;".formatted(comment, tool.name(), parameters(tool.parameters()));
  }

  private static String parameters(Map<?, ?> schema) {
    Map<?, ?> properties = object(schema.get("properties"));
    if (!"object".equals(schema.get("type")) || properties.isEmpty()) {
      return "()";
    }
    List<String> lines = new ArrayList<>();
    String description = truthy(schema.get("description"));
    lines.add(description.isEmpty() ? "(_:" : "(_: // " + description);
    lines.add("{");
    List<?> required = schema.get("required") instanceof List<?> list ? list : List.of();
    for (Map.Entry<?, ?> property : properties.entrySet()) {
      Map<?, ?> field = object(property.getValue());
      comments(field).forEach(comment -> lines.add("// " + comment));
      String optional = required.contains(property.getKey()) ? "" : "?";
      String fallback =
          field.containsKey("default")
              ? " // default: " + PythonJson.write(field.get("default"))
              : "";
      lines.add("%s%s: %s,%s".formatted(property.getKey(), optional, type(field), fallback));
    }
    lines.add("})");
    return String.join("\n", lines);
  }

  private static List<String> comments(Map<?, ?> schema) {
    List<String> comments = new ArrayList<>();
    String title = truthy(schema.get("title"));
    if (!title.isEmpty()) {
      comments.add(title);
      comments.add("");
    }
    String description = truthy(schema.get("description"));
    if (!description.isEmpty()) {
      comments.add(description);
    }
    if (schema.get("examples") instanceof List<?> examples && !examples.isEmpty()) {
      comments.add("Examples:");
      examples.forEach(example -> comments.add("- " + PythonJson.write(example)));
    }
    return comments;
  }

  private static String truthy(@Nullable Object value) {
    return value == null ? "" : PythonText.str(value);
  }

  private static Map<?, ?> object(@Nullable Object value) {
    return value instanceof Map<?, ?> map ? map : Map.of();
  }

  private static String type(Map<?, ?> schema) {
    for (String choice : List.of("oneOf", "anyOf")) {
      if (schema.get(choice) instanceof List<?> types) {
        return types.stream().map(each -> type(object(each))).collect(Collectors.joining(" | "));
      }
    }
    Object named = schema.containsKey("type") ? schema.get("type") : "any";
    if (named instanceof List<?> types) {
      return types.stream()
          .map(each -> type(Map.of("type", String.valueOf(each))))
          .collect(Collectors.joining(" | "));
    }
    if ("string".equals(named) && schema.get("enum") instanceof List<?> values) {
      return values.stream().map(PythonJson::write).collect(Collectors.joining(" | "));
    }
    String type =
        switch (String.valueOf(named)) {
          case "string" -> "string";
          case "number", "integer" -> "number";
          case "boolean" -> "boolean";
          case "array" -> type(object(schema.get("items"))) + "[]";
          case "object" -> inline(schema);
          default -> "any";
        };
    return Boolean.TRUE.equals(schema.get("nullable")) ? type + " | null" : type;
  }

  private static String inline(Map<?, ?> schema) {
    List<?> required = schema.get("required") instanceof List<?> list ? list : List.of();
    return object(schema.get("properties")).entrySet().stream()
        .map(property ->
            "%s%s: %s"
                .formatted(
                    property.getKey(),
                    required.contains(property.getKey()) ? "" : "?",
                    type(object(property.getValue()))))
        .collect(Collectors.joining(", ", "{ ", " }"));
  }
}
