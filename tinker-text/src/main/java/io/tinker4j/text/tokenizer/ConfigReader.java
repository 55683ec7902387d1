package io.tinker4j.text.tokenizer;

import io.tinker4j.text.json.JsonTrees;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/** Reads the files beside a tokenizer's own. */
final class ConfigReader {
  private ConfigReader() {}

  /**
   * Reads {@code tokenizer_config.json} and {@code chat_template.jinja} of a directory.
   *
   * @throws IllegalArgumentException when the configuration is no JSON object
   */
  static TokenizerConfig read(Path directory) throws IOException {
    JsonNode config = tree(directory.resolve("tokenizer_config.json"));
    Path template = directory.resolve("chat_template.jinja");
    return new TokenizerConfig(
        text(config.path("bos_token")),
        text(config.path("eos_token")),
        flag(config.path("add_bos_token")),
        flag(config.path("add_eos_token")),
        Boolean.TRUE.equals(flag(config.path("clean_up_tokenization_spaces"))),
        Files.exists(template)
            ? Files.readString(template)
            : template(config.path("chat_template")));
  }

  /** Returns a file's content; a missing node when there is no such file. */
  static JsonNode tree(Path file) throws IOException {
    if (!Files.exists(file)) {
      return JsonTrees.MAPPER.missingNode();
    }
    try (Reader in = Files.newBufferedReader(file)) {
      JsonNode tree = JsonTrees.MAPPER.readTree(in);
      if (!tree.isObject()) {
        throw new IllegalArgumentException(file + " is no JSON object; get it again");
      }
      return tree;
    } catch (JacksonException e) {
      throw JsonPart.damaged(file, e);
    }
  }

  private static @Nullable String text(JsonNode token) {
    JsonNode text = token.isObject() ? token.path("content") : token;
    return text.isString() ? text.stringValue() : null;
  }

  private static @Nullable Boolean flag(JsonNode value) {
    return value.isBoolean() ? value.booleanValue() : null;
  }

  /** Of several templates the one that is named default. */
  private static @Nullable String template(JsonNode template) {
    if (template.isString()) {
      return template.stringValue();
    }
    for (JsonNode each : template) {
      if (each.path("name").stringValue("").equals("default")) {
        return text(each.path("template"));
      }
    }
    return null;
  }
}
