package io.tinker4j.text.jinja;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Expressions that take arguments: calls, filters and tests. */
final class Calls {
  private Calls() {}

  /** The arguments as they are written. */
  static final class Args {
    static final Args NONE = new Args(List.of(), Map.of(), null, null);

    private final Expr[] positional;
    private final Map<String, Expr> named;
    private final @Nullable Expr rest;
    private final @Nullable Expr namedRest;

    Args(
        List<Expr> positional,
        Map<String, Expr> named,
        @Nullable Expr rest,
        @Nullable Expr namedRest) {
      this.positional = positional.toArray(Expr[]::new);
      this.named = named;
      this.rest = rest;
      this.namedRest = namedRest;
    }

    Expr[] all() {
      List<Expr> all = new ArrayList<>(List.of(positional));
      all.addAll(named.values());
      if (rest != null) {
        all.add(rest);
      }
      if (namedRest != null) {
        all.add(namedRest);
      }
      return all.toArray(Expr[]::new);
    }

    Arguments eval(Frame frame) {
      if (positional.length == 0 && named.isEmpty() && rest == null && namedRest == null) {
        return Arguments.NONE;
      }
      List<Object> values = new ArrayList<>(positional.length);
      for (Expr expr : positional) {
        values.add(expr.eval(frame));
      }
      if (rest != null) {
        values.addAll(
            Values.elements(rest.eval(frame), frame.render).stream().map(Values::in).toList());
      }
      return new Arguments(values, named(frame));
    }

    private Map<String, Object> named(Frame frame) {
      if (named.isEmpty() && namedRest == null) {
        return Map.of();
      }
      Map<String, Object> values = new LinkedHashMap<>();
      named.forEach((name, expr) -> values.put(name, expr.eval(frame)));
      if (namedRest != null) {
        if (!(namedRest.eval(frame) instanceof Map<?, ?> map)) {
          throw JinjaException.type("argument after ** must be a mapping");
        }
        for (Map.Entry<?, ?> entry : map.entrySet()) {
          if (!(entry.getKey() instanceof String name)) {
            throw JinjaException.type("keywords must be strings");
          }
          if (values.put(name, Values.in(entry.getValue())) != null) {
            throw JinjaException.type("got multiple values for keyword argument '" + name + "'");
          }
        }
      }
      return values;
    }
  }

  private static Expr[] with(Expr first, Args args) {
    List<Expr> all = new ArrayList<>(List.of(args.all()));
    all.add(first);
    return all.toArray(Expr[]::new);
  }

  /** Calls a value, or refuses one that cannot be called. */
  static Object call(Object function, Arguments arguments, Render render) {
    if (function instanceof Callable callable) {
      return callable.call(render, arguments);
    }
    Values.failOnUndefined(function);
    throw JinjaException.type("'%s' object is not callable".formatted(Values.typeName(function)));
  }

  static final class Call extends Expr {
    private final Expr function;
    private final Args args;

    Call(int at, Expr function, Args args) {
      super(at, with(function, args));
      this.function = function;
      this.args = args;
    }

    @Override
    Object eval(Frame frame) {
      return eval(frame, null);
    }

    /** Calls with a further argument {@code caller}. */
    Object eval(Frame frame, @Nullable Object caller) {
      frame.render.step();
      Object value = function.eval(frame);
      Arguments arguments = args.eval(frame);
      if (caller != null) {
        Map<String, Object> named = new LinkedHashMap<>(arguments.named());
        named.put("caller", caller);
        arguments = new Arguments(arguments.positional(), named);
      }
      frame.render.at = at;
      return call(value, arguments, frame.render);
    }
  }

  /** A filter of an expression. */
  static final class Filter extends Expr {
    private final @Nullable Expr operand;
    private final Filters.Function filter;
    private final Args args;

    Filter(int at, @Nullable Expr operand, Filters.Function filter, Args args) {
      super(at, operand == null ? args.all() : with(operand, args));
      this.operand = operand;
      this.filter = filter;
      this.args = args;
    }

    @Override
    Object eval(Frame frame) {
      return eval(frame, operand == null ? "" : operand.eval(frame));
    }

    /** Filters a value in the place of the innermost operand, for blocks that are filtered. */
    Object evalOn(Frame frame, Object value) {
      return eval(frame, operand instanceof Filter inner ? inner.evalOn(frame, value) : value);
    }

    private Object eval(Frame frame, Object value) {
      frame.render.step();
      Arguments arguments = args.eval(frame);
      frame.render.at = at;
      return filter.apply(value, arguments, frame.render);
    }
  }

  /** A test of an expression. */
  static final class Test extends Expr {
    private final Expr operand;
    private final Tests.Function test;
    private final Args args;

    Test(int at, Expr operand, Tests.Function test, Args args) {
      super(at, with(operand, args));
      this.operand = operand;
      this.test = test;
      this.args = args;
    }

    @Override
    Object eval(Frame frame) {
      return test(frame);
    }

    @Override
    boolean test(Frame frame) {
      frame.render.step();
      Object value = operand.eval(frame);
      Arguments arguments = args.eval(frame);
      frame.render.at = at;
      return test.test(value, arguments, frame.render);
    }
  }
}
