package io.tinker4j.verify;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.dataformat.yaml.YAMLMapper;

/** {@code openapi/tinker.yaml} as a tree. */
public final class Spec {
  private static final JsonNode ROOT =
      YAMLMapper.shared().readTree(Path.of("../openapi/tinker.yaml"));

  /** Read by the transport from whatever a server answers. */
  private static final Set<String> UNTYPED =
      Set.of(
          "FutureAnswer",
          "FutureResult",
          "ErrorResponse",
          "TimeoutResponse",
          "ErrorDetail",
          "SchemaViolation");

  private Spec() {}

  /** Returns the whole. */
  public static JsonNode root() {
    return ROOT;
  }

  /** Returns all schemas by name. */
  public static List<Map.Entry<String, JsonNode>> schemas() {
    return new ArrayList<>(ROOT.at("/components/schemas").properties());
  }

  /** Returns a schema. */
  public static JsonNode schema(String name) {
    JsonNode schema = ROOT.at("/components/schemas/" + name);
    if (schema.isMissingNode()) {
      throw new AssertionError("there is no schema " + name);
    }
    return schema;
  }

  /** Returns the schema that a reference stands for, or the schema itself. */
  public static JsonNode resolved(JsonNode schema) {
    return schema.has("$ref") ? schema(referenced(schema)) : schema;
  }

  /** Returns the name of the schema that a reference stands for, or stands in. */
  public static String referenced(JsonNode schema) {
    return schema.get("$ref").asString().replaceAll(".*/schemas/|/.*", "");
  }

  /** Returns all operations by id. */
  public static Map<String, JsonNode> operations() {
    Map<String, JsonNode> operations = new LinkedHashMap<>();
    for (JsonNode path : ROOT.get("paths").values()) {
      for (JsonNode operation : path.values()) {
        operations.put(operation.get("operationId").asString(), operation);
      }
    }
    return operations;
  }

  /** Returns whether a schema has a Java type of its own. */
  public static boolean isTyped(String schema) {
    return !UNTYPED.contains(schema);
  }

  /** Returns the names that a type needs exactly one of. */
  public static List<String> alternatives(JsonNode schema) {
    List<String> names = new ArrayList<>();
    for (JsonNode alternative : schema.path("oneOf")) {
      alternative.path("required").forEach(name -> names.add(name.asString()));
    }
    return names;
  }

  /** Returns the Java type of a schema, which is in one of two packages. */
  public static Class<?> type(String schema) {
    for (String name : List.of("io.tinker4j.types.", "io.tinker4j.types.wire.")) {
      try {
        return Class.forName(name + schema);
      } catch (ClassNotFoundException e) {
        // It is in the other one, or nowhere.
      }
    }
    throw new AssertionError("there is no type for the schema " + schema);
  }

  /** Returns whether a property must be there. */
  public static boolean isRequired(JsonNode schema, String property) {
    for (JsonNode name : schema.path("required")) {
      if (name.asString().equals(property)) {
        return true;
      }
    }
    return false;
  }
}
