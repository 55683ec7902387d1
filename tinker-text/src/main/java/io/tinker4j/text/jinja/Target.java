package io.tinker4j.text.jinja;

import java.util.Iterator;
import java.util.List;

/** What a value is assigned to. */
sealed interface Target {
  /** Assigns. */
  void assign(Frame frame, Object value);

  /** Returns the same target, for names of another block. */
  Target in(Scope scope);

  /** A variable. */
  record Variable(String name, int register) implements Target {
    @Override
    public void assign(Frame frame, Object value) {
      frame.registers[register] = value;
    }

    @Override
    public Target in(Scope scope) {
      return new Variable(name, scope.declare(name));
    }
  }

  /** An attribute of a namespace. */
  record Attribute(Expr namespace, String name) implements Target {
    @Override
    public void assign(Frame frame, Object value) {
      if (!(namespace.eval(frame) instanceof Namespace target)) {
        throw JinjaException.type("cannot assign attribute on non-namespace object");
      }
      target.set(name, value);
    }

    @Override
    public Target in(Scope scope) {
      return this;
    }
  }

  /** Several targets for the elements of a sequence. */
  record Unpacked(List<Target> targets) implements Target {
    @Override
    public void assign(Frame frame, Object value) {
      Values.failOnUndefined(value);
      if (value instanceof List<?> list && list.size() == targets.size()) {
        for (int i = 0; i < targets.size(); i++) {
          targets.get(i).assign(frame, Values.in(list.get(i)));
        }
        return;
      }
      Iterator<?> elements = Values.iterator(value);
      for (Target target : targets) {
        if (!elements.hasNext()) {
          throw JinjaException.value(
              "not enough values to unpack (expected " + targets.size() + ")");
        }
        target.assign(frame, Values.in(elements.next()));
      }
      if (elements.hasNext()) {
        throw JinjaException.value("too many values to unpack (expected " + targets.size() + ")");
      }
    }

    @Override
    public Target in(Scope scope) {
      return new Unpacked(targets.stream().map(t -> t.in(scope)).toList());
    }
  }
}
