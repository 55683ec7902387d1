package io.tinker4j.text.jinja;

import java.util.ArrayList;
import java.util.List;

/** Python's binary operators over values. */
enum Operators {
  ADD("+") {
    @Override
    Object apply(Object a, Object b, Render render) {
      if (a instanceof String x && b instanceof String y) {
        render.charge(x.length() + (long) y.length());
        return x.concat(y);
      }
      if (a instanceof Markup || b instanceof Markup) {
        return addMarked(a, b, render);
      }
      if (Numbers.is(a) && Numbers.is(b)) {
        return Numbers.add(a, b);
      }
      if (isSequence(a) && isSequence(b) && a instanceof Tuple == b instanceof Tuple) {
        return concat((List<?>) a, (List<?>) b, render);
      }
      Values.failOnUndefined(a, b);
      if (isSequence(a) || a instanceof String) {
        throw JinjaException.type(
            "can only concatenate %1$s (not \"%2$s\") to %1$s"
                .formatted(Values.typeName(a), Values.typeName(b)));
      }
      throw unsupported(a, b);
    }
  },
  SUBTRACT("-") {
    @Override
    Object apply(Object a, Object b, Render render) {
      if (Numbers.is(a) && Numbers.is(b)) {
        return Numbers.subtract(a, b);
      }
      if (a instanceof DictView || b instanceof DictView) {
        throw JinjaException.type("sets are not supported");
      }
      throw unsupported(a, b);
    }
  },
  MULTIPLY("*") {
    @Override
    Object apply(Object a, Object b, Render render) {
      if (Numbers.is(a) && Numbers.is(b)) {
        return Numbers.multiply(a, b);
      }
      if (Numbers.isInteger(b) && (isSequence(a) || Values.isString(a))) {
        return repeat(a, Math.max(0, Numbers.index(b)), render);
      }
      if (Numbers.isInteger(a) && (isSequence(b) || Values.isString(b))) {
        return repeat(b, Math.max(0, Numbers.index(a)), render);
      }
      throw unsupported(a, b);
    }
  },
  DIVIDE("/") {
    @Override
    Object apply(Object a, Object b, Render render) {
      numbers(a, b);
      return Numbers.divide(a, b);
    }
  },
  FLOOR_DIVIDE("//") {
    @Override
    Object apply(Object a, Object b, Render render) {
      numbers(a, b);
      return Numbers.floorDivide(a, b);
    }
  },
  MODULO("%") {
    @Override
    Object apply(Object a, Object b, Render render) {
      if (a instanceof String s) {
        return PercentFormat.format(s, b, render);
      }
      if (a instanceof Markup m) {
        return new Markup(PercentFormat.format(m.text(), escapeAll(b), render));
      }
      numbers(a, b);
      return Numbers.modulo(a, b);
    }
  },
  POWER("**") {
    @Override
    Object apply(Object a, Object b, Render render) {
      numbers(a, b);
      return Numbers.power(a, b);
    }
  };

  private final String symbol;

  Operators(String symbol) {
    this.symbol = symbol;
  }

  abstract Object apply(Object a, Object b, Render render);

  void numbers(Object a, Object b) {
    if (!Numbers.is(a) || !Numbers.is(b)) {
      throw unsupported(a, b);
    }
  }

  JinjaException unsupported(Object a, Object b) {
    Values.failOnUndefined(a, b);
    return JinjaException.type(
        "unsupported operand type(s) for %s: '%s' and '%s'"
            .formatted(symbol, Values.typeName(a), Values.typeName(b)));
  }

  private static boolean isSequence(Object value) {
    return value instanceof List<?> && !(value instanceof Range);
  }

  private static Object addMarked(Object a, Object b, Render render) {
    Values.failOnUndefined(a, b);
    if (!Values.isString(a) || !Values.isString(b)) {
      throw ADD.unsupported(a, b);
    }
    return new Markup(render.charged(Markup.escaped(a) + Markup.escaped(b)));
  }

  private static Object escapeAll(Object value) {
    if (value instanceof Tuple tuple) {
      List<Object> out = new ArrayList<>();
      tuple.forEach(v -> out.add(escapeAll(Values.in(v))));
      return new Tuple(out);
    }
    return value instanceof String s ? Markup.escape(s) : value;
  }

  private static List<Object> concat(List<?> a, List<?> b, Render render) {
    render.steps(a.size() + (long) b.size());
    List<Object> out = new ArrayList<>(a.size() + b.size());
    a.forEach(v -> out.add(Values.in(v)));
    b.forEach(v -> out.add(Values.in(v)));
    return a instanceof Tuple ? new Tuple(out) : out;
  }

  private static Object repeat(Object value, int times, Render render) {
    if (value instanceof List<?> list) {
      render.steps(list.size() * (long) times);
      List<Object> out = new ArrayList<>();
      for (int i = 0; i < times && !list.isEmpty(); i++) {
        list.forEach(v -> out.add(Values.in(v)));
      }
      return value instanceof Tuple ? new Tuple(out) : out;
    }
    String text = Values.text(value);
    render.charge(text.length() * (long) times);
    String repeated = text.isEmpty() ? "" : text.repeat(times);
    return value instanceof Markup ? new Markup(repeated) : repeated;
  }
}
