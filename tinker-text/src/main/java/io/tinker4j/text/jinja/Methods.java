package io.tinker4j.text.jinja;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The methods of Python's strings, lists, tuples and dicts; those that change are refused. */
final class Methods {
  private static final Set<String> MAP_CHANGES =
      Set.of("clear", "pop", "popitem", "setdefault", "update");
  private static final Set<String> LIST_CHANGES =
      Set.of("append", "clear", "pop", "reverse", "insert", "sort", "extend", "remove");

  private Methods() {}

  /** Returns a method of a value, or null when its type has none of that name. */
  static @Nullable Object of(Object owner, String name) {
    return switch (owner) {
      case String s -> text(s, name);
      case Markup m -> marked(m, name);
      case Map<?, ?> m -> map(m, name);
      case Range r -> sequence(r, name);
      case Tuple t -> t.named(name) != null ? t.named(name) : sequence(t, name);
      case List<?> l -> list(l, name);
      case Double d -> floating(d, name);
      case Boolean b -> integer(b, name);
      case Long l -> integer(l, name);
      default -> null;
    };
  }

  private static @Nullable Object text(String self, String name) {
    TextMethods.Method method = TextMethods.find(name);
    return method == null ? null : new Bound(name, (a, r) -> method.call(self, a, r));
  }

  private static @Nullable Object marked(Markup self, String name) {
    TextMethods.Method method = TextMethods.find(name);
    return method == null
        ? null
        : new Bound(name, (a, r) -> mark(method.call(self.text(), escaped(a), r)));
  }

  private static Arguments escaped(Arguments arguments) {
    List<Object> out = new ArrayList<>();
    arguments.positional().forEach(v -> out.add(v instanceof String s ? Markup.escape(s) : v));
    return new Arguments(out, arguments.named());
  }

  private static Object mark(Object value) {
    if (value instanceof List<?> list) {
      List<Object> out = new ArrayList<>();
      list.forEach(v -> out.add(mark(Values.in(v))));
      return value instanceof Tuple ? new Tuple(out) : out;
    }
    return value instanceof String s ? new Markup(s) : value;
  }

  private static Undefined unsafe(String type, String name) {
    return new Undefined(
        "access to attribute '" + name + "' of '" + type + "' object is unsafe: it changes data");
  }

  private static @Nullable Object map(Map<?, ?> self, String name) {
    return switch (name) {
      case "items" -> new Bound(name, (a, r) -> items(self, a, r));
      case "keys" ->
          new Bound(
              name,
              (a, r) -> {
                a.only(name, 0, 0);
                return new DictView("dict_keys", collect(self.keySet(), r));
              });
      case "values" ->
          new Bound(
              name,
              (a, r) -> {
                a.only(name, 0, 0);
                return new DictView("dict_values", collect(self.values(), r));
              });
      case "get" -> new Bound(name, (a, r) -> get(self, a));
      case "copy" ->
          new Bound(
              name,
              (a, r) -> {
                a.only(name, 0, 0);
                return Globals.dict(Arguments.of(self), r);
              });
      case "fromkeys" -> new Bound(name, Methods::fromKeys);
      default -> MAP_CHANGES.contains(name) ? unsafe("dict", name) : null;
    };
  }

  private static Object items(Map<?, ?> self, Arguments arguments, Render render) {
    arguments.only("items", 0, 0);
    return new DictView("dict_items", pairs(self, render));
  }

  static List<Object> pairs(Map<?, ?> map, Render render) {
    render.steps(map.size());
    List<Object> pairs = new ArrayList<>(map.size());
    map.forEach((k, v) -> pairs.add(Tuple.of(Values.in(k), Values.in(v))));
    return pairs;
  }

  private static List<Object> collect(Iterable<?> elements, Render render) {
    List<Object> out = new ArrayList<>();
    for (Object element : elements) {
      render.step();
      out.add(Values.in(element));
    }
    return out;
  }

  private static Object get(Map<?, ?> self, Arguments arguments) {
    arguments.only("get", 1, 2);
    Object value = Lookup.entry(self, Lookup.key(arguments.get(0)));
    return value != null ? value : arguments.count() == 2 ? arguments.get(1) : None.NONE;
  }

  private static Object fromKeys(Arguments arguments, Render render) {
    arguments.only("fromkeys", 1, 2);
    Map<Object, Object> map = new LinkedHashMap<>();
    for (Object key : Values.elements(arguments.get(0), render)) {
      Object value = arguments.count() == 2 ? arguments.get(1) : None.NONE;
      render.steps(Expressions.Dict.put(map, Lookup.key(Values.in(key)), value));
    }
    return map;
  }

  private static @Nullable Object list(List<?> self, String name) {
    if (name.equals("copy")) {
      return new Bound(
          name,
          (a, r) -> {
            a.only(name, 0, 0);
            return collect(self, r);
          });
    }
    return LIST_CHANGES.contains(name) ? unsafe("list", name) : sequence(self, name);
  }

  private static @Nullable Object sequence(List<?> self, String name) {
    return switch (name) {
      case "count" ->
          new Bound(
              name,
              (a, r) -> {
                a.only(name, 1, 1);
                r.steps(self.size());
                return self.stream().filter(v -> Values.equal(Values.in(v), a.get(0))).count();
              });
      case "index" -> new Bound(name, (a, r) -> index(self, a, r));
      default -> null;
    };
  }

  private static Object index(List<?> self, Arguments arguments, Render render) {
    arguments.only("index", 1, 3);
    int size = self.size();
    int[] range = {0, size};
    for (int i = 1; i < arguments.count(); i++) {
      int at = TextMethods.integer(arguments.get(i));
      range[i - 1] = Math.clamp(at < 0 ? at + size : at, 0, size);
    }
    for (int i = range[0]; i < range[1]; i++) {
      render.step();
      if (Values.equal(Values.in(self.get(i)), arguments.get(0))) {
        return (long) i;
      }
    }
    throw JinjaException.value(Repr.of(arguments.get(0)) + " is not in list");
  }

  private static @Nullable Object integer(Object self, String name) {
    return switch (name) {
      case "real", "numerator" -> Numbers.add(self, 0L);
      case "imag" -> 0L;
      case "denominator" -> 1L;
      case "bit_length" -> new Bound(name, (a, r) -> (long) Numbers.big(self).abs().bitLength());
      case "bit_count" -> new Bound(name, (a, r) -> (long) Numbers.big(self).abs().bitCount());
      case "conjugate" -> new Bound(name, (a, r) -> Numbers.add(self, 0L));
      default -> null;
    };
  }

  private static @Nullable Object floating(Double self, String name) {
    return switch (name) {
      case "real" -> self;
      case "imag" -> 0.0;
      case "is_integer" -> new Bound(name, (a, r) -> self == Math.rint(self) && !self.isInfinite());
      case "conjugate" -> new Bound(name, (a, r) -> self);
      default -> null;
    };
  }
}
