package io.tinker4j.text.jinja;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The functions that every template can call. */
final class Globals {
  private static final Map<String, Object> ALL =
      Map.of(
          "range", new Bound("range", (a, r) -> range(a)),
          "dict", new Bound("dict", Globals::dict),
          "namespace", new Bound("namespace", Globals::namespace),
          "cycler", new Bound("cycler", (a, r) -> new Cycler(a)),
          "joiner", new Bound("joiner", (a, r) -> new Joiner(a)),
          "raise_exception", new Bound("raise_exception", (a, r) -> raise(a)),
          "strftime_now", new Bound("strftime_now", Globals::now));

  private Globals() {}

  /** Returns a global, or that the name is undefined. */
  static Object find(String name) {
    Object value = ALL.get(name);
    return value != null ? value : Undefined.name(name);
  }

  private static Object range(Arguments arguments) {
    arguments.only("range", 1, 3);
    long[] ends = new long[3];
    for (int i = 0; i < arguments.count(); i++) {
      Object value = arguments.get(i);
      if (!Numbers.isInteger(value)) {
        Values.failOnUndefined(value);
        throw JinjaException.type(
            "'%s' object cannot be interpreted as an integer".formatted(Values.typeName(value)));
      }
      ends[i] = Numbers.index(value);
    }
    return switch (arguments.count()) {
      case 1 -> Range.of(0, ends[0], 1);
      case 2 -> Range.of(ends[0], ends[1], 1);
      default -> Range.of(ends[0], ends[1], ends[2]);
    };
  }

  /** Returns a map of pairs or of another map, and of named arguments. */
  static Map<Object, Object> dict(Arguments arguments, Render render) {
    Map<Object, Object> map = new LinkedHashMap<>();
    if (arguments.count() > 1) {
      throw JinjaException.type("dict expected at most 1 argument, got " + arguments.count());
    }
    if (arguments.count() == 1) {
      if (arguments.get(0) instanceof Map<?, ?> other) {
        render.steps(other.size());
        other.forEach((k, v) -> map.put(Values.in(k), Values.in(v)));
      } else {
        Values.failOnUndefined(arguments.get(0));
        for (Object pair : Values.elements(arguments.get(0), render)) {
          List<?> parts = Values.elements(Values.in(pair), render);
          if (parts.size() != 2) {
            throw JinjaException.value("dictionary update sequence elements must be pairs");
          }
          Object key = Lookup.key(Values.in(parts.get(0)));
          render.steps(Expressions.Dict.put(map, key, Values.in(parts.get(1))));
        }
      }
    }
    map.putAll(arguments.named());
    return map;
  }

  private static Object namespace(Arguments arguments, Render render) {
    Namespace namespace = new Namespace();
    for (Map.Entry<Object, Object> entry : dict(arguments, render).entrySet()) {
      if (entry.getKey() instanceof String name) {
        namespace.set(name, entry.getValue());
      }
    }
    return namespace;
  }

  private static Object raise(Arguments arguments) {
    @Nullable Object[] bound = arguments.bind("raise_exception", 1, "message");
    Object message = bound[0];
    throw JinjaException.of(
        JinjaException.Kind.RAISED, message == null ? "" : Values.text(message));
  }

  private static Object now(Arguments arguments, Render render) {
    @Nullable Object[] bound = arguments.bind("strftime_now", 1, "format");
    if (!(bound[0] instanceof String format)) {
      throw JinjaException.type("strftime() argument 1 must be str");
    }
    return render.charged(Strftime.format(format, render.now()));
  }

  /** Gives its arguments in turn. */
  private static final class Cycler implements PyObject {
    private final List<Object> items;
    private int next;

    Cycler(Arguments arguments) {
      arguments.only("cycler", 0, Integer.MAX_VALUE);
      if (arguments.count() == 0) {
        throw JinjaException.type("at least one item has to be provided");
      }
      items = arguments.positional();
    }

    @Override
    public @Nullable Object attribute(String name) {
      return switch (name) {
        case "current" -> items.get(next);
        case "next" ->
            new Bound(
                "next",
                (a, r) -> {
                  Object item = items.get(next);
                  next = (next + 1) % items.size();
                  return item;
                });
        case "reset" ->
            new Bound(
                "reset",
                (a, r) -> {
                  next = 0;
                  return None.NONE;
                });
        default -> null;
      };
    }

    @Override
    public String typeName() {
      return "Cycler";
    }

    @Override
    public String repr() {
      return "<Cycler>";
    }
  }

  /** Gives nothing at its first call, and its separator later. */
  private static final class Joiner implements Callable {
    private final Object separator;
    private boolean used;

    Joiner(Arguments arguments) {
      @Nullable Object[] bound = arguments.bind("joiner", 0, "sep");
      Object given = bound[0];
      separator = given == null ? ", " : given;
    }

    @Override
    public Object call(Render render, Arguments arguments) {
      arguments.only("joiner", 0, 0);
      Object result = used ? separator : "";
      used = true;
      return result;
    }

    @Override
    public String typeName() {
      return "Joiner";
    }
  }
}
