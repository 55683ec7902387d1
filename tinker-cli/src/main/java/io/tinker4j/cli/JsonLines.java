package io.tinker4j.cli;

import io.tinker4j.cli.output.JsonText;
import java.io.Serial;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Training documents in JSONL: one object per line, with a {@code text} or with {@code messages}.
 */
final class JsonLines {
  private final List<Line> lines;

  private JsonLines(List<Line> lines) {
    this.lines = lines;
  }

  private record Line(int number, Map<String, @Nullable Object> object) {}

  /** A line that is not what it should be; the message names it. */
  static final class LineException extends Exception {
    @Serial private static final long serialVersionUID = 1L;

    private final int line;

    LineException(int line, @Nullable String message) {
      super("line " + line + ": " + message);
      this.line = line;
    }

    /** Returns the number of the line, from 1. */
    int line() {
      return line;
    }
  }

  /** Reads the objects; lines without anything are skipped. */
  static JsonLines parse(String content) throws LineException {
    List<Line> lines = new ArrayList<>();
    int number = 0;
    for (String line : (Iterable<String>) content.lines()::iterator) {
      number++;
      if (!line.isBlank()) {
        try {
          lines.add(new Line(number, JsonText.readObject(line)));
        } catch (JsonText.SyntaxException e) {
          throw new LineException(number, e.getMessage());
        }
      }
    }
    return new JsonLines(lines);
  }

  /** Returns the document of each line. */
  List<String> documents() throws LineException {
    List<String> documents = new ArrayList<>();
    for (Line line : lines) {
      try {
        documents.add(document(line.object()));
      } catch (IllegalArgumentException e) {
        throw new LineException(line.number(), e.getMessage());
      }
    }
    return documents;
  }

  private static String document(Map<String, @Nullable Object> object) {
    if (object.containsKey("text")) {
      return string(object.get("text"), "text");
    }
    if (!object.containsKey("messages")) {
      throw new IllegalArgumentException(
          "the object has neither a \"text\" string nor a \"messages\" array");
    }
    if (!(object.get("messages") instanceof List<?> messages)) {
      throw wrong("messages", object.get("messages"), "an array");
    }
    if (messages.isEmpty()) {
      throw new IllegalArgumentException("messages is empty");
    }
    StringBuilder document = new StringBuilder();
    for (int i = 0; i < messages.size(); i++) {
      String name = "messages[" + i + "]";
      if (!(messages.get(i) instanceof Map<?, ?> message)) {
        throw wrong(name, messages.get(i), "an object with role and content");
      }
      document
          .append(string(message.get("role"), name + ".role"))
          .append(": ")
          .append(string(message.get("content"), name + ".content"))
          .append('\n');
    }
    return document.toString();
  }

  private static String string(@Nullable Object value, String name) {
    if (value instanceof String text) {
      return text;
    }
    throw wrong(name, value, "a string");
  }

  private static IllegalArgumentException wrong(
      String name, @Nullable Object value, String expected) {
    String found =
        switch (value) {
          case null -> "missing or null";
          case String text -> "a string";
          case Number number -> "a number";
          case Boolean truth -> "a boolean";
          case List<?> list -> "an array";
          default -> "an object";
        };
    return new IllegalArgumentException("%s is %s; it must be %s".formatted(name, found, expected));
  }
}
