package io.tinker4j.verify;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.dataformat.yaml.YAMLMapper;

/** {@code openapi/tinker.yaml} as a tree. */
public final class Spec {
  private static final JsonNode ROOT =
      YAMLMapper.shared().readTree(Path.of("../openapi/tinker.yaml"));

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

  /** Returns the name of the schema that a reference stands for. */
  public static String referenced(JsonNode schema) {
    return schema.get("$ref").asString().replaceAll(".*/", "");
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
