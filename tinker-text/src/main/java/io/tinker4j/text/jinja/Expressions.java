package io.tinker4j.text.jinja;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The kinds of expressions, but for calls, filters and tests. */
final class Expressions {
  private Expressions() {}

  static final class Literal extends Expr {
    private final Object value;

    Literal(int at, Object value) {
      super(at);
      this.value = value;
    }

    Object value() {
      return value;
    }

    @Override
    Object eval(Frame frame) {
      return value;
    }
  }

  /** A name: the innermost block's that has set it, else a variable of the caller's. */
  static final class Name extends Expr {
    private final String name;
    private final Scope scope;
    private final int slot;
    private int[] frames = {};
    private int[] registers = {};

    Name(int at, String name, Scope scope, int slot) {
      super(at);
      this.name = name;
      this.scope = scope;
      this.slot = slot;
    }

    /** Finds where the name may be kept, once all names of the template are known. */
    void link() {
      List<int[]> found = new ArrayList<>();
      int up = 0;
      for (Scope s = scope; s != null; s = s.parent()) {
        Integer register = s.register(name);
        if (register != null) {
          found.add(new int[] {up, register});
        }
        Scope outer = s.parent();
        if (outer != null && outer.frame() != s.frame()) {
          up++;
        }
      }
      frames = found.stream().mapToInt(f -> f[0]).toArray();
      registers = found.stream().mapToInt(f -> f[1]).toArray();
    }

    String name() {
      return name;
    }

    @Override
    Object eval(Frame frame) {
      @Nullable Frame at = frame;
      int up = 0;
      for (int i = 0; i < registers.length; i++) {
        for (; up < frames[i] && at != null; up++) {
          at = at.parent;
        }
        Object value = at == null ? null : at.registers[registers[i]];
        if (value != null) {
          return value;
        }
      }
      return frame.render.variable(name, slot);
    }
  }

  static final class Sequence extends Expr {
    private final Expr[] elements;
    private final boolean tuple;

    Sequence(int at, List<Expr> elements, boolean tuple) {
      super(at, elements.toArray(Expr[]::new));
      this.elements = elements.toArray(Expr[]::new);
      this.tuple = tuple;
    }

    List<Expr> elements() {
      return List.of(elements);
    }

    @Override
    Object eval(Frame frame) {
      frame.render.steps(elements.length);
      List<Object> values = new ArrayList<>(elements.length);
      for (Expr element : elements) {
        values.add(element.eval(frame));
      }
      return tuple ? new Tuple(values) : values;
    }
  }

  static final class Dict extends Expr {
    private final Expr[] keys;
    private final Expr[] values;

    Dict(int at, List<Expr> keys, List<Expr> values) {
      super(at, join(keys, values));
      this.keys = keys.toArray(Expr[]::new);
      this.values = values.toArray(Expr[]::new);
    }

    private static Expr[] join(List<Expr> keys, List<Expr> values) {
      List<Expr> all = new ArrayList<>(keys);
      all.addAll(values);
      return all.toArray(Expr[]::new);
    }

    @Override
    Object eval(Frame frame) {
      frame.render.steps(keys.length);
      Map<Object, Object> map = LinkedHashMap.newLinkedHashMap(keys.length);
      for (int i = 0; i < keys.length; i++) {
        Object key = keys[i].eval(frame);
        frame.render.at = keys[i].at;
        frame.render.steps(put(map, Lookup.key(key), values[i].eval(frame)));
      }
      return map;
    }

    /** Puts an entry, where keys are equal as in Python; returns how many keys were looked at. */
    static int put(Map<Object, Object> map, Object key, Object value) {
      if (!(key instanceof String)) {
        for (Map.Entry<Object, Object> entry : map.entrySet()) {
          if (Values.equal(entry.getKey(), key)) {
            entry.setValue(value);
            return map.size();
          }
        }
      }
      map.put(key, value);
      return key instanceof String ? 1 : map.size();
    }
  }

  static final class Attribute extends Expr {
    private final Expr owner;
    private final String name;

    Attribute(int at, Expr owner, String name) {
      super(at, owner);
      this.owner = owner;
      this.name = name;
    }

    @Override
    Object eval(Frame frame) {
      Object value = owner.eval(frame);
      frame.render.at = at;
      return Lookup.attribute(value, name);
    }
  }

  static final class Item extends Expr {
    private final Expr owner;
    private final Expr key;

    Item(int at, Expr owner, Expr key) {
      super(at, owner, key);
      this.owner = owner;
      this.key = key;
    }

    @Override
    Object eval(Frame frame) {
      Object value = owner.eval(frame);
      Object index = key.eval(frame);
      frame.render.at = at;
      return Lookup.item(value, index);
    }
  }

  static final class Slice extends Expr {
    private final Expr owner;
    private final Expr start;
    private final Expr stop;
    private final Expr step;

    Slice(int at, Expr owner, Expr start, Expr stop, Expr step) {
      super(at, owner, start, stop, step);
      this.owner = owner;
      this.start = start;
      this.stop = stop;
      this.step = step;
    }

    @Override
    Object eval(Frame frame) {
      Object value = owner.eval(frame);
      Object from = start.eval(frame);
      Object to = stop.eval(frame);
      Object by = step.eval(frame);
      frame.render.at = at;
      return Lookup.slice(value, from, to, by, frame.render);
    }
  }

  static final class Binary extends Expr {
    private final Operators operator;
    private final Expr left;
    private final Expr right;

    Binary(int at, Operators operator, Expr left, Expr right) {
      super(at, left, right);
      this.operator = operator;
      this.left = left;
      this.right = right;
    }

    @Override
    Object eval(Frame frame) {
      Object a = left.eval(frame);
      Object b = right.eval(frame);
      frame.render.at = at;
      return operator.apply(a, b, frame.render);
    }
  }

  static final class Sign extends Expr {
    private final boolean negative;
    private final Expr operand;

    Sign(int at, boolean negative, Expr operand) {
      super(at, operand);
      this.negative = negative;
      this.operand = operand;
    }

    @Override
    Object eval(Frame frame) {
      Object value = operand.eval(frame);
      frame.render.at = at;
      if (!Numbers.is(value)) {
        Values.failOnUndefined(value);
        throw JinjaException.type(
            "bad operand type for unary %s: '%s'"
                .formatted(negative ? "-" : "+", Values.typeName(value)));
      }
      return negative ? Numbers.negate(value) : Numbers.add(value, 0L);
    }
  }

  static final class Concat extends Expr {
    private final Expr[] parts;

    Concat(int at, List<Expr> parts) {
      super(at, parts.toArray(Expr[]::new));
      this.parts = parts.toArray(Expr[]::new);
    }

    @Override
    Object eval(Frame frame) {
      StringBuilder out = new StringBuilder();
      for (Expr part : parts) {
        out.append(Values.text(part.eval(frame)));
        frame.render.at = at;
        frame.render.charge(out.length());
      }
      return out.toString();
    }
  }

  static final class Not extends Expr {
    private final Expr operand;

    Not(int at, Expr operand) {
      super(at, operand);
      this.operand = operand;
    }

    @Override
    Object eval(Frame frame) {
      return !operand.test(frame);
    }

    @Override
    boolean test(Frame frame) {
      return !operand.test(frame);
    }
  }

  /** {@code and}, {@code or}: gives the operand that decided. */
  static final class Junction extends Expr {
    private final boolean or;
    private final Expr left;
    private final Expr right;

    Junction(int at, boolean or, Expr left, Expr right) {
      super(at, left, right);
      this.or = or;
      this.left = left;
      this.right = right;
    }

    @Override
    Object eval(Frame frame) {
      Object value = left.eval(frame);
      return Values.truth(value) == or ? value : right.eval(frame);
    }

    @Override
    boolean test(Frame frame) {
      return left.test(frame) == or ? or : right.test(frame);
    }
  }

  static final class Conditional extends Expr {
    private final Expr condition;
    private final Expr then;
    private final @Nullable Expr otherwise;

    Conditional(int at, Expr condition, Expr then, @Nullable Expr otherwise) {
      super(at, condition, then, otherwise == null ? then : otherwise);
      this.condition = condition;
      this.then = then;
      this.otherwise = otherwise;
    }

    @Override
    Object eval(Frame frame) {
      if (condition.test(frame)) {
        return then.eval(frame);
      }
      return otherwise != null
          ? otherwise.eval(frame)
          : new Undefined("the inline if-expression evaluated to false and has no else section");
    }
  }

  /** A chain of comparisons, each operand evaluated at most once. */
  static final class Comparison extends Expr {
    private final Expr first;
    private final String[] operators;
    private final Expr[] operands;

    Comparison(int at, Expr first, List<String> operators, List<Expr> operands) {
      super(at, prepend(first, operands));
      this.first = first;
      this.operators = operators.toArray(String[]::new);
      this.operands = operands.toArray(Expr[]::new);
    }

    private static Expr[] prepend(Expr first, List<Expr> rest) {
      List<Expr> all = new ArrayList<>(rest);
      all.add(first);
      return all.toArray(Expr[]::new);
    }

    @Override
    Object eval(Frame frame) {
      return test(frame);
    }

    @Override
    boolean test(Frame frame) {
      Object left = first.eval(frame);
      for (int i = 0; i < operators.length; i++) {
        Object right = operands[i].eval(frame);
        frame.render.at = at;
        if (!holds(left, operators[i], right, frame.render)) {
          return false;
        }
        left = right;
      }
      return true;
    }

    static boolean holds(Object a, String operator, Object b, Render render) {
      return switch (operator) {
        case "==" -> Values.equal(a, b);
        case "!=" -> !Values.equal(a, b);
        case "in" -> Values.contains(b, a, render);
        case "not in" -> !Values.contains(b, a, render);
        default -> isOrdered(a, operator, b);
      };
    }

    private static boolean isOrdered(Object a, String operator, Object b) {
      if ((a instanceof Double x && x.isNaN()) || (b instanceof Double y && y.isNaN())) {
        Values.compare(a, b, operator);
        return false;
      }
      int order = Values.compare(a, b, operator);
      return switch (operator) {
        case "<" -> order < 0;
        case "<=" -> order <= 0;
        case ">" -> order > 0;
        default -> order >= 0;
      };
    }
  }
}
