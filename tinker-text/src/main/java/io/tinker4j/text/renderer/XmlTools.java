package io.tinker4j.text.renderer;

import io.tinker4j.text.chat.ToolSpec;
import io.tinker4j.text.json.PythonJson;
import io.tinker4j.text.json.PythonText;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Tools as XML, as Nemotron has learned them. */
final class XmlTools {
  private XmlTools() {}

  static String declare(ToolSpec tool) {
    List<String> lines = new ArrayList<>();
    lines.add("<function>");
    lines.add("<name>" + tool.name() + "</name>");
    String description = PythonText.strip(tool.description());
    if (!description.isEmpty()) {
      lines.add("<description>" + description + "</description>");
    }
    lines.add("<parameters>");
    Map<String, @Nullable Object> parameters = tool.parameters();
    if (parameters.get("properties") instanceof Map<?, ?> properties) {
      properties.forEach((name, fields) -> addParameter(String.valueOf(name), fields, lines));
    }
    addOthers(parameters, Set.of("type", "properties", "required"), lines);
    if (parameters.containsKey("required")) {
      lines.add("<required>" + PythonJson.write(parameters.get("required")) + "</required>");
    }
    lines.add("</parameters>");
    addOthers(tool.toMap(), Set.of("type", "name", "description", "parameters"), lines);
    lines.add("</function>");
    return String.join("\n", lines);
  }

  private static void addParameter(String name, @Nullable Object schema, List<String> lines) {
    if (!(schema instanceof Map<?, ?> fields)) {
      throw new IllegalArgumentException("the schema of parameter " + name + " is no object");
    }
    lines.add("<parameter>");
    lines.add("<name>" + name + "</name>");
    if (fields.containsKey("type")) {
      lines.add("<type>" + PythonText.str(fields.get("type")) + "</type>");
    }
    if (fields.containsKey("description")) {
      String description = PythonText.strip(PythonText.str(fields.get("description")));
      lines.add("<description>" + description + "</description>");
    }
    if (fields.containsKey("enum")) {
      lines.add("<enum>" + PythonJson.write(fields.get("enum")) + "</enum>");
    }
    addOthers(fields, Set.of("name", "type", "description", "enum"), lines);
    lines.add("</parameter>");
  }

  private static void addOthers(Map<?, ?> fields, Set<String> handled, List<String> lines) {
    for (Map.Entry<?, ?> field : fields.entrySet()) {
      String name = String.valueOf(field.getKey());
      if (!handled.contains(name)) {
        Object value = field.getValue();
        String text =
            value instanceof Map || value instanceof List
                ? PythonJson.write(value)
                : PythonText.str(value);
        lines.add("<%s>%s</%s>".formatted(name, text, name));
      }
    }
  }
}
