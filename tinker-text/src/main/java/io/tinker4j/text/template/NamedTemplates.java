package io.tinker4j.text.template;

import io.tinker4j.text.json.JsonTrees;
import java.util.LinkedHashMap;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectReader;

/** The forms that {@code chat_template} has in configurations. */
final class NamedTemplates {
  private static final ObjectReader READER = JsonTrees.MAPPER.readerFor(JsonNode.class);

  private NamedTemplates() {}

  static Map<String, String> read(String json) {
    JsonNode node;
    try {
      node = READER.readValue(json);
    } catch (JacksonException e) {
      throw new IllegalArgumentException("chat_template is no JSON", e);
    }
    Map<String, String> named = new LinkedHashMap<>();
    if (node.isString()) {
      named.put("default", node.asString());
    } else if (node.isArray()) {
      for (JsonNode entry : node) {
        named.put(string(entry.path("name"), "name"), string(entry.path("template"), "template"));
      }
    } else if (node.isObject()) {
      node.forEachEntry((name, template) -> named.put(name, string(template, name)));
    } else {
      throw new IllegalArgumentException(
          "chat_template is " + node.getNodeType() + ": expected a string or a list of templates");
    }
    return Map.copyOf(named);
  }

  private static String string(JsonNode node, String field) {
    if (!node.isString()) {
      throw new IllegalArgumentException(
          "chat_template: '" + field + "' is " + node.getNodeType() + ", expected a string");
    }
    return node.asString();
  }
}
