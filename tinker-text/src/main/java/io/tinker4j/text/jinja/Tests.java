package io.tinker4j.text.jinja;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** What can stand after {@code is}. */
final class Tests {
  /** A test. */
  interface Function {
    boolean test(Object value, Arguments arguments, Render render);
  }

  private static final Map<String, Function> ALL = all();

  private Tests() {}

  static @Nullable Function find(String name) {
    return ALL.get(name);
  }

  private static Map<String, Function> all() {
    Map<String, Function> all = new HashMap<>();
    types(all);
    plain(all, "defined", v -> !(v instanceof Undefined));
    plain(all, "undefined", v -> v instanceof Undefined);
    all.put("odd", (v, a, r) -> isRest(v, 2L, 1L, a, r));
    all.put("even", (v, a, r) -> isRest(v, 2L, 0L, a, r));
    plain(all, "lower", v -> TextMethods.isCased(Values.text(v), true));
    plain(all, "upper", v -> TextMethods.isCased(Values.text(v), false));
    plain(all, "filter", v -> v instanceof String s && Filters.find(s) != null);
    plain(all, "test", v -> v instanceof String s && find(s) != null);
    plain(all, "escaped", v -> v instanceof Markup);
    all.put("divisibleby", (v, a, r) -> isRest(v, one("divisibleby", a), 0L, Arguments.NONE, r));
    all.put("sameas", (v, a, r) -> isSame(v, one("sameas", a)));
    all.put("in", (v, a, r) -> Values.contains(one("in", a), v, r));
    comparison(all, "==", "eq", "equalto", "==");
    comparison(all, "!=", "ne", "!=");
    comparison(all, "<", "lt", "lessthan", "<");
    comparison(all, "<=", "le", "<=");
    comparison(all, ">", "gt", "greaterthan", ">");
    comparison(all, ">=", "ge", ">=");
    return Map.copyOf(all);
  }

  private static void types(Map<String, Function> all) {
    plain(all, "none", v -> v == None.NONE);
    plain(all, "boolean", v -> v instanceof Boolean);
    plain(all, "true", v -> Boolean.TRUE.equals(v));
    plain(all, "false", v -> Boolean.FALSE.equals(v));
    plain(all, "integer", v -> Numbers.isInteger(v) && !(v instanceof Boolean));
    plain(all, "float", v -> v instanceof Double);
    plain(all, "number", Numbers::is);
    plain(all, "string", Values::isString);
    plain(all, "mapping", v -> v instanceof Map<?, ?>);
    plain(all, "sequence", Tests::isSequence);
    plain(all, "iterable", Tests::isIterable);
    plain(all, "callable", v -> v instanceof Callable || v instanceof Undefined);
  }

  private static boolean isSequence(Object value) {
    return value instanceof List<?>
        || value instanceof Map<?, ?>
        || Values.isString(value)
        || value instanceof Undefined;
  }

  private static boolean isIterable(Object value) {
    return value instanceof List<?>
        || value instanceof Map<?, ?>
        || Values.isString(value)
        || value instanceof Generator
        || value instanceof DictView
        || value instanceof Loop
        || value instanceof Undefined;
  }

  private static void plain(Map<String, Function> all, String name, Predicate<Object> test) {
    all.put(
        name,
        (v, a, r) -> {
          a.only(name, 0, 0);
          return test.test(v);
        });
  }

  private static void comparison(Map<String, Function> all, String operator, String... names) {
    for (String name : names) {
      all.put(name, (v, a, r) -> Expressions.Comparison.holds(v, operator, one(name, a), r));
    }
  }

  private static Object one(String name, Arguments arguments) {
    arguments.only(name, 1, 1);
    return arguments.get(0);
  }

  private static boolean isRest(
      Object value, Object divisor, Object rest, Arguments arguments, Render render) {
    arguments.only("odd or even", 0, 0);
    return Values.equal(Operators.MODULO.apply(value, divisor, render), rest);
  }

  /** Returns whether two values are one; equal texts and small numbers are as in Python. */
  @SuppressWarnings("ReferenceEquality") // Python's "is" asks for the very object.
  private static boolean isSame(Object a, Object b) {
    if (a instanceof String || a instanceof Long || a instanceof Boolean) {
      return a.equals(b);
    }
    return a == b;
  }
}
