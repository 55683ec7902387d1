package io.tinker4j.text.jinja;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The variable {@code loop}. */
final class Loop implements Callable {
  /** Runs the loop's body over other elements, for recursive loops. */
  interface Recursion {
    String run(Object elements, int depth);
  }

  private final @Nullable Recursion recursion;
  private final Object iterable;
  private final int depth;
  private Iterator<?> elements;
  private @Nullable Object before;
  private @Nullable Object current;
  private @Nullable Object after;
  private @Nullable List<Object> changed;
  private int length;
  private int index0 = -1;

  Loop(Iterator<?> elements, Object iterable, int depth, @Nullable Recursion recursion) {
    this.elements = elements;
    this.iterable = iterable;
    this.depth = depth;
    this.recursion = recursion;
    this.length = iterable instanceof Collection<?> c ? c.size() : -1;
  }

  boolean hasNext() {
    return after != null || elements.hasNext();
  }

  Object next() {
    before = current;
    Object element = after != null ? after : Values.in(elements.next());
    after = null;
    current = element;
    index0++;
    return element;
  }

  private @Nullable Object peek() {
    if (after == null && elements.hasNext()) {
      after = Values.in(elements.next());
    }
    return after;
  }

  int length() {
    if (length < 0 && (iterable instanceof Map<?, ?> || iterable instanceof DictView)) {
      length = Values.length(iterable);
    }
    if (length < 0) {
      List<Object> rest = new ArrayList<>();
      elements.forEachRemaining(e -> rest.add(Values.in(e)));
      elements = rest.iterator();
      length = rest.size() + index0 + 1 + (after == null ? 0 : 1);
    }
    return length;
  }

  /** Returns the elements that are left, which are then taken. */
  Iterator<Object> rest() {
    return new Iterator<>() {
      @Override
      public boolean hasNext() {
        return Loop.this.hasNext();
      }

      @Override
      public Object next() {
        return Tuple.of(Loop.this.next(), Loop.this);
      }
    };
  }

  @Override
  public @Nullable Object attribute(String name) {
    return switch (name) {
      case "index" -> index0 + 1L;
      case "index0" -> (long) index0;
      case "first" -> index0 == 0;
      case "last" -> peek() == null;
      case "length" -> (long) length();
      case "revindex" -> (long) length() - index0;
      case "revindex0" -> (long) length() - index0 - 1;
      case "depth" -> depth + 1L;
      case "depth0" -> (long) depth;
      case "previtem" -> before != null ? before : new Undefined("there is no previous item");
      case "nextitem" -> {
        Object next = peek();
        yield next != null ? next : new Undefined("there is no next item");
      }
      case "cycle" -> new Bound("cycle", (a, r) -> cycle(a));
      case "changed" -> new Bound("changed", (a, r) -> hasChanged(a));
      default -> null;
    };
  }

  private Object cycle(Arguments arguments) {
    arguments.only("cycle", 0, Integer.MAX_VALUE);
    if (arguments.count() == 0) {
      throw JinjaException.type("no items for cycling given");
    }
    return arguments.get(index0 % arguments.count());
  }

  private Object hasChanged(Arguments arguments) {
    boolean same =
        changed != null && Values.equal(new Tuple(changed), new Tuple(arguments.positional()));
    changed = arguments.positional();
    return !same;
  }

  @Override
  public Object call(Render render, Arguments arguments) {
    if (recursion == null) {
      throw JinjaException.type(
          "The loop must have the 'recursive' marker to be called recursively.");
    }
    arguments.only("loop", 1, 1);
    return recursion.run(arguments.get(0), depth + 1);
  }

  @Override
  public String typeName() {
    return "LoopContext";
  }

  @Override
  public String repr() {
    return "<LoopContext " + (index0 + 1) + "/" + length() + ">";
  }
}
