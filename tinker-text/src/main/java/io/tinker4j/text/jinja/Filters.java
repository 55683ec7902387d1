package io.tinker4j.text.jinja;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What can stand after {@code |}. */
final class Filters {
  /** A filter. */
  interface Function {
    Object apply(Object value, Arguments arguments, Render render);
  }

  private static final Map<String, Function> ALL = all();

  private Filters() {}

  static @Nullable Function find(String name) {
    return ALL.get(name);
  }

  private static Map<String, Function> all() {
    Map<String, Function> all = new HashMap<>();
    TextFilters.add(all);
    NumberFilters.add(all);
    SequenceFilters.add(all);
    SortFilters.add(all);
    all.put("default", (v, a, r) -> otherwise(v, a));
    all.put("d", (v, a, r) -> otherwise(v, a));
    all.put("attr", (v, a, r) -> attribute(v, a));
    all.put("tojson", (v, a, r) -> JsonText.of(v, a, r));
    return Map.copyOf(all);
  }

  private static Object otherwise(Object value, Arguments arguments) {
    @Nullable Object[] bound = arguments.bind("default", 0, "default_value", "boolean");
    Object other = bound[0];
    boolean use = value instanceof Undefined || (isTrue(bound[1]) && !Values.truth(value));
    return use ? (other == null ? "" : other) : value;
  }

  static boolean isTrue(@Nullable Object value) {
    return value != null && Values.truth(value);
  }

  private static Object attribute(Object value, Arguments arguments) {
    @Nullable Object[] bound = arguments.bind("attr", 1, "name");
    String name = bound[0] == null ? "" : Values.text(bound[0]);
    Object found = value instanceof PyObject o ? o.attribute(name) : null;
    found = found != null ? found : Methods.of(value, name);
    return found != null ? found : Undefined.attribute(value, name);
  }
}
