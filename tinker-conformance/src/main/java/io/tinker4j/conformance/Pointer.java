package io.tinker4j.conformance;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** JSON pointers (RFC 6901). */
final class Pointer {
  private Pointer() {}

  /** Returns what a pointer leads to; null when there is nothing. */
  static @Nullable Object find(@Nullable Object document, String pointer) {
    Object found = document;
    for (String step : steps(pointer)) {
      found = child(found, step);
    }
    return found;
  }

  static List<String> steps(String pointer) {
    if (pointer.isEmpty()) {
      return List.of();
    }
    if (!pointer.startsWith("/")) {
      throw new IllegalArgumentException("the pointer is " + pointer + "; it must begin with /");
    }
    return List.of(pointer.substring(1).split("/", -1)).stream()
        .map(step -> step.replace("~1", "/").replace("~0", "~"))
        .toList();
  }

  private static @Nullable Object child(@Nullable Object parent, String step) {
    return switch (parent) {
      case Map<?, ?> map -> map.get(step);
      case List<?> list when step.matches("\\d{1,9}") && Integer.parseInt(step) < list.size() ->
          list.get(Integer.parseInt(step));
      case null, default -> null;
    };
  }
}
