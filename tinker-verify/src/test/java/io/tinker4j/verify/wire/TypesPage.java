package io.tinker4j.verify.wire;

import io.tinker4j.verify.Spec;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;

/** {@code docs/types.md}: every wire type with its fields. */
final class TypesPage {
  private static final String HEAD =
      """
      # Wire types

      Generated from `openapi/tinker.yaml` by `TypesPageTest`; rewrite it with
      `mvn verify -pl tinker-verify -am -Ddocs.write=true`. The Java types are in `io.tinker4j.types`, and what no
      user of a client writes or reads, marked *wire*, in `io.tinker4j.types.wire`; a field `max_tokens` is the accessor `maxTokens()`. *req* marks what must be there.
      A text that is *always* the same is a tag: it is written so, and passed over when an answer is read, whatever it says; only unions are told apart by it.
      Any operation can be refused, with a status from 400 on and an [ErrorResponse](#errorresponse); 408 brings a [TimeoutResponse](#timeoutresponse).

      | operation | method and path | body or query | answer |
      |---|---|---|---|
      """;

  private TypesPage() {}

  static String text() {
    StringBuilder page = new StringBuilder(HEAD);
    for (var path : Spec.root().get("paths").properties()) {
      for (var method : path.getValue().properties()) {
        operation(path.getKey(), method.getKey(), method.getValue(), page);
      }
    }
    for (Map.Entry<String, JsonNode> schema : Spec.schemas()) {
      type(schema.getKey(), schema.getValue(), page);
    }
    return page.toString();
  }

  private static void operation(
      String path, String method, JsonNode operation, StringBuilder page) {
    page.append(
        "| `%s` | %s `%s` | %s | %s |\n"
            .formatted(
                operation.get("operationId").asString(),
                method.toUpperCase(java.util.Locale.ROOT),
                path,
                input(operation),
                answer(operation)));
  }

  private static String input(JsonNode operation) {
    List<String> parts = new ArrayList<>();
    for (JsonNode content : operation.path("requestBody").path("content").values()) {
      parts.add(link(content.get("schema")));
    }
    for (JsonNode parameter : operation.path("parameters")) {
      if (parameter.get("in").asString().equals("query")) {
        parts.add("`" + parameter.get("name").asString() + "`");
      }
    }
    return String.join(", ", parts);
  }

  private static String answer(JsonNode operation) {
    if (operation.has("x-result")) {
      return "promise of " + link(operation.get("x-result").asString());
    }
    JsonNode response = operation.path("responses").path("200");
    List<String> parts = new ArrayList<>();
    for (JsonNode content : response.path("content").values()) {
      parts.add(link(content.get("schema")));
    }
    return String.join(", ", parts);
  }

  private static void type(String name, JsonNode schema, StringBuilder page) {
    boolean isWire = Spec.isTyped(name) && Spec.type(name).getPackageName().endsWith(".wire");
    page.append("\n## %s\n\n%s%s\n".formatted(name, description(schema), isWire ? " *wire*" : ""));
    if (schema.has("enum")) {
      page.append("\nOne of %s; other values are kept.\n".formatted(codes(schema.get("enum"))));
    } else if (isUnion(schema)) {
      List<String> leaves = new ArrayList<>();
      schema.path("oneOf").forEach(leaf -> leaves.add(shown(leaf)));
      schema.path("anyOf").forEach(leaf -> leaves.add(shown(leaf)));
      page.append("\nOne of %s.\n".formatted(String.join(", ", leaves)));
    } else if (schema.has("properties")) {
      page.append("\n| field | type | | meaning |\n|---|---|---|---|\n");
      schema
          .get("properties")
          .properties()
          .forEach(field -> page.append(field(field.getKey(), field.getValue(), schema)));
    } else {
      page.append("\n`%s`\n".formatted(shown(schema)));
    }
  }

  /** Descriptions go into Javadoc as they are, so their code is marked as HTML marks it. */
  private static String description(JsonNode schema) {
    return schema.get("description").asString().replaceAll("</?code>", "`");
  }

  private static boolean isUnion(JsonNode schema) {
    return (schema.has("oneOf") || schema.has("anyOf")) && !schema.has("properties");
  }

  private static String field(String name, JsonNode field, JsonNode schema) {
    String meaning =
        field.has("const") ? "always `" + field.get("const").asString() + "`" : description(field);
    String mark =
        Spec.isRequired(schema, name)
            ? "req"
            : field.has("default") ? "`" + field.get("default") + "`" : "";
    return "| `%s` | %s | %s | %s |\n"
        .formatted(name, shown(field), mark, meaning.replace("|", "\\|"));
  }

  private static String shown(JsonNode schema) {
    if (schema.has("$ref")) {
      return link(schema);
    }
    String type =
        schema.path("type").isArray()
            ? either(schema.get("type"))
            : schema.path("type").asString("");
    return switch (type) {
      case "array" -> "list of " + shown(schema.get("items"));
      case "object" ->
          schema.path("additionalProperties").isObject()
              ? "map of " + shown(schema.get("additionalProperties"))
              : "map";
      case "integer", "number" -> schema.path("format").asString(type);
      case "string" -> schema.path("format").asString("text");
      default -> type;
    };
  }

  private static String either(JsonNode types) {
    return types.valueStream().map(JsonNode::asString).collect(Collectors.joining(" or "));
  }

  private static String codes(JsonNode values) {
    List<String> codes = new ArrayList<>();
    values.forEach(value -> codes.add("`" + value.asString() + "`"));
    return String.join(", ", codes);
  }

  private static String link(JsonNode schema) {
    return schema.has("$ref")
        ? link(Spec.referenced(schema))
        : schema.path("format").asString("").equals("binary") ? "protobuf" : "JSON object";
  }

  private static String link(String name) {
    return "[%s](#%s)".formatted(name, name.toLowerCase(java.util.Locale.ROOT));
  }
}
