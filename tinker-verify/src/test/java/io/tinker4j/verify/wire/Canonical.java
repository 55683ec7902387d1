package io.tinker4j.verify.wire;

import io.tinker4j.verify.Spec;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** What a document of the spec becomes when it has been read and is written again. */
final class Canonical {
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  private Canonical() {}

  static JsonNode of(String type, JsonNode document) {
    return of(Spec.schema(type), document);
  }

  private static JsonNode of(JsonNode reference, JsonNode document) {
    JsonNode schema = Spec.resolved(reference);
    if (schema.has("discriminator")) {
      return ofUnion(schema, document);
    }
    if (document instanceof ArrayNode array) {
      ArrayNode canonical = NODES.arrayNode();
      array.forEach(entry -> canonical.add(of(schema.path("items"), entry)));
      return canonical;
    }
    if (document instanceof ObjectNode object) {
      return schema.has("properties") ? ofObject(schema, object) : ofMap(schema, object);
    }
    if (document.isString() && schema.equals(Spec.schema("StopCondition"))) {
      return NODES.arrayNode().add(document); // A text by itself is read, and never written.
    }
    return document;
  }

  private static JsonNode ofUnion(JsonNode schema, JsonNode document) {
    JsonNode mapping = schema.at("/discriminator/mapping");
    String tag = schema.at("/discriminator/propertyName").asString("");
    JsonNode leaf = mapping.path(document.path(tag).asString(""));
    return leaf.isMissingNode()
        ? document
        : of(Spec.schema(leaf.asString().replaceAll(".*/", "")), document);
  }

  private static ObjectNode ofMap(JsonNode schema, ObjectNode map) {
    JsonNode values = schema.path("additionalProperties");
    ObjectNode canonical = NODES.objectNode();
    map.properties()
        .forEach(entry ->
            canonical.set(
                entry.getKey(),
                values.isObject() ? of(values, entry.getValue()) : entry.getValue()));
    return canonical;
  }

  /** Defaults and tags are written though they were absent; empty optional containers are not. */
  private static ObjectNode ofObject(JsonNode schema, ObjectNode object) {
    ObjectNode canonical = NODES.objectNode();
    for (var property : schema.get("properties").properties()) {
      String name = property.getKey();
      JsonNode value = object.path(name);
      boolean required = Spec.isRequired(schema, name);
      if (value.isMissingNode()) {
        value = whenAbsent(property.getValue());
      }
      boolean empty = value.isContainer() && value.isEmpty();
      boolean always = required || property.getValue().has("x-always");
      if (!value.isMissingNode() && (!empty || always || isHandWritten(property.getValue()))) {
        canonical.set(name, of(property.getValue(), value));
      }
    }
    return canonical;
  }

  private static boolean isHandWritten(JsonNode property) {
    return property.has("$ref") || property.has("x-array");
  }

  private static JsonNode whenAbsent(JsonNode property) {
    if (property.has("const")) {
      return property.get("const");
    }
    if (property.has("x-null")) {
      return NODES.nullNode();
    }
    if (property.has("x-always")) {
      return NODES.objectNode();
    }
    return property.path("default");
  }
}
