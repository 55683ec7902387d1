package io.tinker4j.text.chat;

import io.tinker4j.text.json.PythonJson;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A tool that a model may call: name, description, and a JSON schema of its parameters. Immutable;
 * keeps the order of keys, since models see the JSON.
 */
public final class ToolSpec {
  private final Map<String, @Nullable Object> fields;

  private ToolSpec(Map<String, @Nullable Object> fields) {
    this.fields = fields;
  }

  /**
   * Returns a tool.
   *
   * @param parameters a JSON schema of type {@code object}, as JSON text
   * @throws IllegalArgumentException when the parameters are no JSON object
   */
  public static ToolSpec of(String name, String description, String parameters) {
    Map<String, @Nullable Object> fields = new LinkedHashMap<>();
    fields.put("name", name);
    fields.put("description", description);
    fields.put("parameters", new JsonPath("parameters").parseObject(parameters));
    return new ToolSpec(JsonPath.freeze(fields));
  }

  /**
   * Reads a tool: an object with {@code name}, {@code description} and {@code parameters}, or one
   * of {@code {"type": "function", "function": {…}}} around it. Other keys are kept.
   *
   * @throws IllegalArgumentException when it is no such object; what is missing is named
   */
  public static ToolSpec fromJson(String json) {
    JsonPath path = new JsonPath("tool");
    return fromMap(path.parseObject(json));
  }

  /**
   * Returns the tool that these JSON values describe.
   *
   * @throws IllegalArgumentException when they are not of the form that {@link #fromJson} takes
   */
  public static ToolSpec fromMap(Map<String, ? extends @Nullable Object> tool) {
    JsonPath path = new JsonPath("tool");
    Map<String, @Nullable Object> fields = path.object(tool);
    if ("function".equals(fields.get("type")) && fields.containsKey("function")) {
      path = path.field("function");
      fields = path.object(fields.get("function"));
    }
    path.text(fields, "name");
    path.optionalText(fields, "description");
    if (fields.get("parameters") != null) {
      path.field("parameters").object(fields.get("parameters"));
    }
    return new ToolSpec(JsonPath.freeze(fields));
  }

  /** Returns the tool's name. */
  public String name() {
    return String.valueOf(fields.get("name"));
  }

  /** Returns what the tool does, empty when that is not said. */
  public String description() {
    return fields.get("description") instanceof String text ? text : "";
  }

  /** Returns the schema of the parameters as JSON values, empty when there is none. */
  public Map<String, @Nullable Object> parameters() {
    Object parameters = fields.get("parameters");
    return parameters == null ? Map.of() : new JsonPath("parameters").object(parameters);
  }

  /** Returns all fields as JSON values, in the order in which they came. */
  public Map<String, @Nullable Object> toMap() {
    return fields;
  }

  /** Returns all fields as JSON text. */
  public String toJson() {
    return PythonJson.writeUnicode(fields);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof ToolSpec that && fields.equals(that.fields);
  }

  @Override
  public int hashCode() {
    return fields.hashCode();
  }

  @Override
  public String toString() {
    return "ToolSpec" + fields;
  }
}
