package io.tinker4j.text.tokenizer;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/**
 * A part of a tokenizer file, and its name for messages.
 *
 * @param where such as {@code model/tokenizer.json: pre_tokenizer}
 */
record JsonPart(String where, JsonNode node) {
  /** Whether the file does not have this part. */
  boolean isAbsent() {
    return node.isNull() || node.isMissingNode();
  }

  JsonPart at(String name) {
    return new JsonPart(where + "." + name, node.path(name));
  }

  List<JsonPart> elements(String name) {
    List<JsonPart> elements = new ArrayList<>();
    for (JsonNode each : node.path(name)) {
      elements.add(new JsonPart(where + "." + name + "[" + elements.size() + "]", each));
    }
    return elements;
  }

  String type() {
    return text("type");
  }

  /**
   * @throws IllegalArgumentException when the part has no text of that name
   */
  String text(String name) {
    JsonNode value = node.path(name);
    if (!value.isString()) {
      throw malformed(name + " is " + (value.isMissingNode() ? "missing" : value + ", no text"));
    }
    return value.stringValue();
  }

  /**
   * @throws IllegalArgumentException when the part has no whole number of that name
   */
  int number(String name) {
    JsonNode value = node.path(name);
    if (!value.canConvertToInt() || !value.isIntegralNumber()) {
      throw malformed(name + " is " + (value.isMissingNode() ? "missing" : value + ", no int"));
    }
    return value.intValue();
  }

  /**
   * @throws IllegalArgumentException when the value is no boolean
   */
  boolean flag(String name, boolean absent) {
    JsonNode value = node.path(name);
    if (value.isMissingNode() || value.isNull()) {
      return absent;
    }
    if (!value.isBoolean()) {
      throw malformed(name + " is " + value + ", no boolean");
    }
    return value.booleanValue();
  }

  IllegalArgumentException malformed(String what) {
    return new IllegalArgumentException(
        where + ": " + what + "; the file is damaged or of another format");
  }

  UnsupportedTokenizerException unsupported(String what) {
    return new UnsupportedTokenizerException(
        where + ": " + what + " is not read by the tokenizer in Java");
  }

  /**
   * Returns what to throw when a file cannot be parsed.
   *
   * @throws IOException when it could not even be read
   */
  static IllegalArgumentException damaged(Path file, JacksonException failure) throws IOException {
    boolean isNoText = failure.getCause() instanceof CharacterCodingException;
    if (!isNoText && failure.getCause() instanceof IOException unread) {
      throw unread;
    }
    return new IllegalArgumentException(
        "%s is damaged: %s; get it again"
            .formatted(file, isNoText ? "it is no UTF-8" : failure.getOriginalMessage()),
        failure);
  }
}
