package io.tinker4j.text.jinja;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What holds for values of every type: truth, equality, order, iteration, text. */
final class Values {
  private Values() {}

  /** Takes a value of the caller in: null, strings, numbers, booleans, lists and maps. */
  static Object in(@Nullable Object value) {
    return switch (value) {
      case null -> None.NONE;
      case String s -> s;
      case Map<?, ?> m -> m;
      case List<?> l -> l;
      case Boolean b -> b;
      case Long l -> l;
      case Double d -> d;
      case PyObject o -> o;
      case Integer i -> i.longValue();
      case BigInteger b -> Numbers.normal(b);
      case BigDecimal b -> b.doubleValue();
      case Number n -> n instanceof Float f ? (Object) f.doubleValue() : (Object) n.longValue();
      case CharSequence c -> c.toString();
      case Collection<?> c -> new ArrayList<>(c);
      default ->
          throw JinjaException.type(
              "a value of "
                  + value.getClass().getName()
                  + " is no data: give maps, lists, strings, numbers, booleans or null");
    };
  }

  static String typeName(Object value) {
    return switch (value) {
      case String s -> "str";
      case Boolean b -> "bool";
      case Long l -> "int";
      case BigInteger b -> "int";
      case Double d -> "float";
      case Tuple t -> "tuple";
      case Range r -> "range";
      case List<?> l -> "list";
      case Map<?, ?> m -> "dict";
      case PyObject o -> o.typeName();
      default -> value.getClass().getName();
    };
  }

  static boolean truth(Object value) {
    return switch (value) {
      case Boolean b -> b;
      case String s -> !s.isEmpty();
      case Long l -> l != 0;
      case BigInteger b -> b.signum() != 0;
      case Double d -> d != 0;
      case Collection<?> c -> !c.isEmpty();
      case Map<?, ?> m -> !m.isEmpty();
      case PyObject o -> o.truth();
      default -> true;
    };
  }

  /** Returns how a value is printed. */
  static String text(Object value) {
    return switch (value) {
      case String s -> s;
      case Markup m -> m.text();
      case Undefined u -> "";
      default -> Repr.of(value);
    };
  }

  /** Returns the text of a string, or null for any other type. */
  static @Nullable String string(Object value) {
    return value instanceof String s ? s : value instanceof Markup m ? m.text() : null;
  }

  static boolean isString(Object value) {
    return value instanceof String || value instanceof Markup;
  }

  static boolean equal(Object a, Object b) {
    return equal(a, b, 0);
  }

  @SuppressWarnings("ReferenceEquality") // A short cut; equal values are compared below.
  private static boolean equal(Object a, Object b, int depth) {
    if (a == b) {
      return !(a instanceof Double d && d.isNaN());
    }
    if (a instanceof String s && b instanceof String t) {
      return s.equals(t);
    }
    if (Numbers.is(a)) {
      return Numbers.is(b) && Numbers.equal(a, b);
    }
    if (isString(a)) {
      return Objects.equals(string(a), string(b));
    }
    nesting(depth);
    if (a instanceof List<?> x && b instanceof List<?> y) {
      return a instanceof Tuple == b instanceof Tuple
          && a instanceof Range == b instanceof Range
          && equalElements(x, y, depth);
    }
    if (a instanceof Map<?, ?> x && b instanceof Map<?, ?> y) {
      return x.size() == y.size() && equalEntries(x, y, depth);
    }
    return a instanceof Undefined && b instanceof Undefined;
  }

  private static boolean equalElements(List<?> x, List<?> y, int depth) {
    if (x.size() != y.size()) {
      return false;
    }
    for (int i = 0; i < x.size(); i++) {
      if (!equal(in(x.get(i)), in(y.get(i)), depth + 1)) {
        return false;
      }
    }
    return true;
  }

  private static boolean equalEntries(Map<?, ?> x, Map<?, ?> y, int depth) {
    for (Map.Entry<?, ?> entry : x.entrySet()) {
      Object other = Lookup.entry(y, in(entry.getKey()));
      if (other == null || !equal(in(entry.getValue()), other, depth + 1)) {
        return false;
      }
    }
    return true;
  }

  static void nesting(int depth) {
    if (depth > JinjaLimits.DATA_NESTING) {
      throw JinjaException.limit(
          "data is nested deeper than " + JinjaLimits.DATA_NESTING + " levels");
    }
  }

  /** Orders two values as Python's comparison {@code operator} does. */
  static int compare(Object a, Object b, String operator) {
    return compare(a, b, operator, 0);
  }

  private static int compare(Object a, Object b, String operator, int depth) {
    if (Numbers.is(a) && Numbers.is(b)) {
      return Numbers.compare(a, b);
    }
    String text = string(a);
    String other = string(b);
    if (text != null && other != null) {
      return PyText.compare(text, other);
    }
    if (a instanceof List<?> x
        && b instanceof List<?> y
        && !(a instanceof Range || b instanceof Range)
        && a instanceof Tuple == b instanceof Tuple) {
      nesting(depth);
      for (int i = 0; i < Math.min(x.size(), y.size()); i++) {
        Object p = in(x.get(i));
        Object q = in(y.get(i));
        if (!equal(p, q)) {
          return compare(p, q, operator, depth + 1);
        }
      }
      return Integer.compare(x.size(), y.size());
    }
    failOnUndefined(a, b);
    throw JinjaException.type(
        "'%s' not supported between instances of '%s' and '%s'"
            .formatted(operator, typeName(a), typeName(b)));
  }

  static void failOnUndefined(Object... values) {
    for (Object value : values) {
      if (value instanceof Undefined undefined) {
        throw undefined.failure();
      }
    }
  }

  /** Returns the elements of anything that can be iterated, without a copy where there is one. */
  static List<?> elements(Object value, Render render) {
    return switch (value) {
      case List<?> l -> l;
      case Undefined u -> List.of();
      case DictView v -> v.elements();
      default -> {
        List<Object> list = new ArrayList<>();
        Iterator<?> iterator = iterator(value);
        while (iterator.hasNext()) {
          render.step();
          list.add(in(iterator.next()));
        }
        yield list;
      }
    };
  }

  static Iterator<?> iterator(Object value) {
    return switch (value) {
      case List<?> l -> l.iterator();
      case Map<?, ?> m -> m.keySet().iterator();
      case String s -> characters(s);
      case Markup m -> characters(m.text());
      case DictView v -> v.elements().iterator();
      case Generator g -> g.iterator();
      case Undefined u -> List.of().iterator();
      case Loop l -> l.rest();
      default ->
          throw JinjaException.type("'%s' object is not iterable".formatted(typeName(value)));
    };
  }

  private static Iterator<String> characters(String s) {
    return s.codePoints().mapToObj(Character::toString).iterator();
  }

  static int length(Object value) {
    return switch (value) {
      case String s -> PyText.length(s);
      case Markup m -> PyText.length(m.text());
      case Collection<?> c -> c.size();
      case Map<?, ?> m -> m.size();
      case DictView v -> v.elements().size();
      case Undefined u -> 0;
      case Loop l -> l.length();
      default ->
          throw JinjaException.type("object of type '%s' has no len()".formatted(typeName(value)));
    };
  }

  /** Returns whether a container holds a value, as Python's {@code in} does. */
  static boolean contains(Object container, Object value, Render render) {
    String text = string(container);
    if (text != null) {
      String part = string(value);
      if (part == null) {
        throw JinjaException.type(
            "'in <string>' requires string as left operand, not " + typeName(value));
      }
      return text.contains(part);
    }
    if (container instanceof Map<?, ?> map) {
      return Lookup.entry(map, Lookup.key(value)) != null;
    }
    if (Numbers.is(container) || container == None.NONE) {
      throw JinjaException.type(
          "argument of type '%s' is not iterable".formatted(typeName(container)));
    }
    Iterator<?> elements = iterator(container);
    while (elements.hasNext()) {
      render.step();
      if (equal(in(elements.next()), value)) {
        return true;
      }
    }
    return false;
  }
}
