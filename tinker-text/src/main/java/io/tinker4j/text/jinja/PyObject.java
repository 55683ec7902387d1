package io.tinker4j.text.jinja;

import org.jspecify.annotations.Nullable;

/** A value of the engine's own, beside the strings, numbers, lists and maps of the caller. */
interface PyObject {
  /** Returns what Python calls its type. */
  String typeName();

  /** Returns how it is printed. */
  String repr();

  default boolean truth() {
    return true;
  }

  /** Returns an attribute, or null when there is none of that name. */
  default @Nullable Object attribute(String name) {
    return null;
  }
}
