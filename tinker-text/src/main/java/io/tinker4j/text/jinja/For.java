package io.tinker4j.text.jinja;

import java.util.Iterator;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/** A loop. */
final class For extends Stmt {
  /** What a loop goes over: elements that pass the filter, which has names of its own. */
  record Source(Expr elements, @Nullable Target filtered, @Nullable Expr filter) {}

  private final Source source;
  private final Target target;
  private final int loopRegister;
  private final Statements.Scoped body;
  private final Statements.@Nullable Scoped otherwise;
  private final Scope.@Nullable Function recursive;

  For(
      Source source,
      Target target,
      int loopRegister,
      Statements.Scoped body,
      Statements.@Nullable Scoped otherwise,
      Scope.@Nullable Function recursive) {
    this.source = source;
    this.target = target;
    this.loopRegister = loopRegister;
    this.body = body;
    this.otherwise = otherwise;
    this.recursive = recursive;
  }

  @Override
  End exec(Frame frame) {
    Object elements = source.elements().eval(frame);
    frame.render.at = source.elements().at;
    run(frame, elements, 0);
    return End.NORMAL;
  }

  private void run(Frame outer, Object iterable, int depth) {
    Iterator<?> elements = Values.iterator(iterable);
    boolean filtered = source.filter() != null;
    if (filtered) {
      elements = filter(elements, outer);
    }
    Loop.Recursion recursion = recursive == null ? null : (e, d) -> recur(outer, e, d);
    Loop loop = new Loop(elements, filtered ? None.NONE : iterable, depth, recursion);
    Frame frame = recursive == null ? outer : new Frame(outer.render, recursive.size(), outer);
    boolean empty = true;
    while (loop.hasNext()) {
      empty = false;
      outer.render.step();
      Object element = loop.next();
      body.begin(frame);
      target.assign(frame, element);
      frame.registers[loopRegister] = loop;
      if (body.body().exec(frame) == End.BREAK) {
        break;
      }
    }
    if (empty && otherwise != null) {
      otherwise.exec(frame);
    }
  }

  private String recur(Frame outer, Object elements, int depth) {
    outer.render.enter(body.body().depth);
    StringBuilder out = outer.render.capture();
    run(outer, elements, depth);
    outer.render.leave(body.body().depth);
    return outer.render.restore(out);
  }

  private Iterator<Object> filter(Iterator<?> elements, Frame frame) {
    return new Iterator<>() {
      private @Nullable Object next;

      @Override
      public boolean hasNext() {
        while (next == null && elements.hasNext()) {
          Object element = Values.in(elements.next());
          if (accepts(element, frame)) {
            next = element;
          }
        }
        return next != null;
      }

      @Override
      public Object next() {
        if (!hasNext() || next == null) {
          throw new NoSuchElementException();
        }
        Object element = next;
        next = null;
        return element;
      }
    };
  }

  private boolean accepts(Object element, Frame frame) {
    frame.render.step();
    Target filtered = source.filtered();
    Expr filter = source.filter();
    if (filtered == null || filter == null) {
      return true;
    }
    filtered.assign(frame, element);
    return filter.test(frame);
  }
}
