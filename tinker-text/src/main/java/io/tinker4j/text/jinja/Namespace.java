package io.tinker4j.text.jinja;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Variables that inner scopes can set: {@code namespace()}. */
final class Namespace implements PyObject {
  private final Map<String, Object> attributes = new LinkedHashMap<>();

  void set(String name, Object value) {
    attributes.put(name, value);
  }

  @Override
  public @Nullable Object attribute(String name) {
    return attributes.get(name);
  }

  @Override
  public String typeName() {
    return "Namespace";
  }

  @Override
  public String repr() {
    return "<Namespace " + Repr.of(attributes) + ">";
  }
}
