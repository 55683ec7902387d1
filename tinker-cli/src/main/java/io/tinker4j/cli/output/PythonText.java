package io.tinker4j.cli.output;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Values as Python prints them, which the reference client does with a server's refusal. */
final class PythonText {
  private PythonText() {}

  /** Renders maps, lists, strings, numbers, booleans and nulls. */
  static String of(@Nullable Object value) {
    return switch (value) {
      case null -> "None";
      case Boolean truth -> truth ? "True" : "False";
      case Number number -> number.toString();
      case Map<?, ?> map ->
          map.entrySet().stream()
              .map(entry -> of(entry.getKey()) + ": " + of(entry.getValue()))
              .collect(Collectors.joining(", ", "{", "}"));
      case List<?> list ->
          list.stream().map(PythonText::of).collect(Collectors.joining(", ", "[", "]"));
      default -> quoted(value.toString());
    };
  }

  private static String quoted(String text) {
    char quote = text.indexOf('\'') >= 0 && text.indexOf('"') < 0 ? '"' : '\'';
    String escaped = VisibleText.of(text);
    return quote + (quote == '\'' ? escaped.replace("'", "\\'") : escaped) + quote;
  }
}
