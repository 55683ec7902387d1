package io.tinker4j.text.renderer;

import io.tinker4j.text.chat.ToolSpec;
import io.tinker4j.text.json.PythonJson;
import io.tinker4j.text.json.PythonText;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Tools as types of TypeScript, as Kimi K2.5 has learned them. One instance per tool. */
final class KimiTools {
  private static final String INDENT = "  ";
  private static final String SELF = "#";
  private static final String DEFINITIONS = "#/$defs/";

  private final Map<String, Object> definitions = new LinkedHashMap<>();
  private boolean refersToItself;

  private KimiTools() {}

  static String declare(List<ToolSpec> tools) {
    return tools.stream()
        .map(tool -> new KimiTools().function(tool))
        .collect(
            Collectors.joining("\n", "# Tools\n\n## functions\nnamespace functions {\n", "\n}\n"));
  }

  private String function(ToolSpec tool) {
    Map<?, ?> schema = tool.parameters();
    register(schema);
    // Rendering finds references, and where the schema refers to itself it gets a name.
    String parameters = object(schema, "");
    List<String> lines = new ArrayList<>();
    List<String> interfaces = new ArrayList<>();
    if (refersToItself) {
      String fields =
          properties(schema).stream()
              .map(property -> property.render(INDENT))
              .collect(Collectors.joining(",\n"));
      interfaces.add(
          "interface parameters {" + (fields.isEmpty() ? "" : "\n" + fields + "\n") + "}");
    }
    boolean isNamed = refersToItself;
    new LinkedHashMap<>(definitions)
        .forEach((name, definition) -> interfaces.add(definition(name, definition)));
    addUnlessEmpty(String.join("\n", interfaces), lines);
    addUnlessEmpty(tool.description().isEmpty() ? "" : comment(tool.description(), ""), lines);
    lines.add(
        "type %s = (_: %s) => any;".formatted(tool.name(), isNamed ? "parameters" : parameters));
    return String.join("\n", lines);
  }

  private static void addUnlessEmpty(String text, List<String> lines) {
    if (!text.isEmpty()) {
      lines.add(text);
    }
  }

  private String definition(String name, Object schema) {
    String type = type(schema, "");
    String description =
        schema instanceof Map<?, ?> map && map.get("description") instanceof String text
            ? text
            : "";
    return (description.isEmpty() ? "" : comment(description, "") + "\n")
        + "interface "
        + name
        + " "
        + type;
  }

  private void register(Map<?, ?> schema) {
    if (schema.get("$defs") instanceof Map<?, ?> defs) {
      defs.forEach((name, definition) -> definitions.put(String.valueOf(name), definition));
    }
  }

  private static String comment(String text, String indent) {
    return Arrays.stream(text.split("\n", -1))
        .map(line -> line.isEmpty() ? "" : indent + "// " + line)
        .collect(Collectors.joining("\n"));
  }

  /** Returns the comment lines in front of a field, each with its line end. */
  private static String docstring(@Nullable Object schema, String indent) {
    if (!(schema instanceof Map<?, ?> map) || map.containsKey("$ref")) {
      return schema instanceof Map<?, ?> reference ? describe(reference, indent) : "";
    }
    StringBuilder lines = new StringBuilder(describe(map, indent));
    Map<String, Object> constraints = new TreeMap<>();
    for (String name : constraintsOf(map)) {
      Object value = map.get(name);
      if (map.containsKey(name)) {
        constraints.put(name, PythonText.str(value));
      }
    }
    if (!constraints.isEmpty()) {
      lines
          .append(indent)
          .append("// ")
          .append(
              constraints.entrySet().stream()
                  .map(entry -> entry.getKey() + ": " + entry.getValue())
                  .collect(Collectors.joining(", ")))
          .append('\n');
    }
    return lines.toString();
  }

  private static String describe(Map<?, ?> schema, String indent) {
    return schema.get("description") instanceof String text && !text.isEmpty()
        ? comment(text, indent) + "\n"
        : "";
  }

  private static List<String> constraintsOf(Map<?, ?> schema) {
    if (schema.containsKey("anyOf") || schema.containsKey("enum")) {
      return List.of();
    }
    return switch (String.valueOf(schema.get("type"))) {
      case "string" -> List.of("maxLength", "minLength", "pattern");
      case "number", "integer" -> List.of("maximum", "minimum");
      case "array" -> List.of("maxItems", "minItems");
      default -> List.of();
    };
  }

  private record Property(KimiTools tools, String name, @Nullable Object schema, boolean optional) {
    String render(String indent) {
      StringBuilder text = new StringBuilder(docstring(schema, indent));
      Object fallback = schema instanceof Map<?, ?> map ? map.get("default") : null;
      if (fallback != null) {
        String shown =
            fallback instanceof Number || fallback instanceof Boolean
                ? PythonText.repr(fallback)
                : PythonJson.writeUnicode(fallback);
        text.append(indent).append("// Default: ").append(shown).append('\n');
      }
      return text.append(indent)
          .append(name)
          .append(optional ? "?: " : ": ")
          .append(tools.type(schema, indent))
          .toString();
    }
  }

  private List<Property> properties(Map<?, ?> schema) {
    List<Property> properties = new ArrayList<>();
    List<?> required = schema.get("required") instanceof List<?> list ? list : List.of();
    if (schema.get("properties") instanceof Map<?, ?> fields) {
      fields.forEach((name, field) ->
          properties.add(
              new Property(this, String.valueOf(name), field, !required.contains(name))));
    }
    return properties;
  }

  private String object(Map<?, ?> schema, String indent) {
    register(schema);
    String inner = indent + INDENT;
    List<String> fields = new ArrayList<>();
    properties(schema).stream()
        .sorted(Comparator.comparing(Property::optional).thenComparing(Property::name))
        .forEach(property -> fields.add(property.render(inner)));
    Object others = schema.get("additionalProperties");
    if (others != null) {
      String type =
          switch (others) {
            case Boolean flag -> flag ? "any" : "never";
            case Map<?, ?> map -> type(map, inner);
            default -> throw wrong(others);
          };
      fields.add(inner + "[k: string]: " + type);
    }
    return fields.isEmpty() ? "{}" : "{\n" + String.join(",\n", fields) + "\n" + indent + "}";
  }

  private String type(@Nullable Object schema, String indent) {
    if (schema instanceof Boolean flag) {
      return flag ? "any" : "null";
    }
    if (!(schema instanceof Map<?, ?> map)) {
      throw wrong(schema);
    }
    if (map.containsKey("$ref")) {
      return reference(map.get("$ref"));
    }
    if (map.get("anyOf") instanceof List<?> types) {
      return types.stream().map(each -> type(each, indent)).collect(Collectors.joining(" | "));
    }
    if (map.get("enum") instanceof List<?> values) {
      return values.stream()
          .map(value -> value instanceof String text ? "\"" + text + "\"" : PythonText.str(value))
          .collect(Collectors.joining(" | "));
    }
    if (map.isEmpty()) {
      return "any";
    }
    return switch (map.get("type")) {
      case List<?> types ->
          types.stream().map(KimiTools::unionMember).collect(Collectors.joining(" | "));
      case String name when name.equals("object") -> object(map, indent);
      case String name when name.equals("array") -> array(map, indent);
      case String name -> name.equals("integer") ? "number" : name;
      case null, default -> throw wrong(schema);
    };
  }

  private static String unionMember(@Nullable Object type) {
    return switch (String.valueOf(type)) {
      case "string" -> "string";
      case "number", "integer" -> "number";
      case "boolean" -> "boolean";
      case "null" -> "null";
      case "object" -> "{}";
      case "array" -> "Array<any>";
      default -> throw wrong(type);
    };
  }

  private String array(Map<?, ?> schema, String indent) {
    Object items = schema.get("items");
    if (!(items instanceof Map<?, ?> map && !map.isEmpty()) && !Boolean.TRUE.equals(items)) {
      return "Array<any>";
    }
    String inner = indent + INDENT;
    String comment = docstring(items, inner);
    return comment.isEmpty()
        ? "Array<" + type(items, indent) + ">"
        : "Array<\n" + comment + inner + type(items, inner) + "\n" + indent + ">";
  }

  private String reference(@Nullable Object target) {
    String name = String.valueOf(target);
    if (name.equals(SELF)) {
      refersToItself = true;
      return "parameters";
    }
    String definition = name.substring(name.lastIndexOf('/') + 1);
    if (!name.startsWith(DEFINITIONS) || !definitions.containsKey(definition)) {
      throw new IllegalArgumentException(
          "the schema of a tool refers to %s, which it does not define".formatted(name));
    }
    return definition;
  }

  private static IllegalArgumentException wrong(@Nullable Object schema) {
    return new IllegalArgumentException(
        "a tool has a schema that cannot be written: " + PythonText.repr(schema));
  }
}
