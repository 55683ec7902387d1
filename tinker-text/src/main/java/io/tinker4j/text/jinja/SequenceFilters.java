package io.tinker4j.text.jinja;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Filters over elements. */
final class SequenceFilters {
  private SequenceFilters() {}

  static void add(Map<String, Filters.Function> all) {
    all.put("length", (v, a, r) -> (long) Values.length(v));
    all.put("count", (v, a, r) -> (long) Values.length(v));
    all.put("first", (v, a, r) -> first(v));
    all.put("last", (v, a, r) -> last(v, r));
    all.put("list", (v, a, r) -> list(v, r));
    all.put("items", (v, a, r) -> items(v, r));
    all.put("join", SequenceFilters::join);
    all.put("reverse", (v, a, r) -> reverse(v, r));
    all.put("map", SequenceFilters::map);
    all.put("select", (v, a, r) -> select(v, a, r, false, true));
    all.put("reject", (v, a, r) -> select(v, a, r, false, false));
    all.put("selectattr", (v, a, r) -> select(v, a, r, true, true));
    all.put("rejectattr", (v, a, r) -> select(v, a, r, true, false));
    all.put("batch", SequenceFilters::batch);
    all.put("slice", SequenceFilters::slice);
    all.put("sum", SequenceFilters::sum);
  }

  private static Object first(Object value) {
    Iterator<?> elements = Values.iterator(value);
    return elements.hasNext()
        ? Values.in(elements.next())
        : new Undefined("No first item, sequence was empty.");
  }

  private static Object last(Object value, Render render) {
    if (value instanceof Generator) {
      throw JinjaException.type("'generator' object is not reversible");
    }
    List<?> elements = Values.elements(value, render);
    return elements.isEmpty()
        ? new Undefined("No last item, sequence was empty.")
        : Values.in(elements.get(elements.size() - 1));
  }

  static List<Object> list(Object value, Render render) {
    List<?> elements = Values.elements(value, render);
    render.steps(elements.size());
    List<Object> list = new ArrayList<>(elements.size());
    for (Object element : elements) {
      list.add(Values.in(element));
    }
    return list;
  }

  private static Object items(Object value, Render render) {
    if (value instanceof Undefined) {
      return new Generator(Collections.emptyIterator());
    }
    if (!(value instanceof Map<?, ?> map)) {
      throw JinjaException.type("Can only get item pairs from a mapping.");
    }
    return new Generator(Methods.pairs(map, render).iterator());
  }

  private static Object join(Object value, Arguments arguments, Render render) {
    @Nullable Object[] bound = arguments.bind("join", 0, "d", "attribute");
    String separator = bound[0] == null ? "" : Values.text(bound[0]);
    @Nullable Object by = bound[1];
    Function<Object, Object> attribute =
        by == null || by == None.NONE ? Function.identity() : attribute(by, null);
    StringBuilder out = new StringBuilder();
    boolean first = true;
    Iterator<?> elements = Values.iterator(value);
    while (elements.hasNext()) {
      render.step();
      String text = Values.text(attribute.apply(Values.in(elements.next())));
      out.append(first ? "" : separator).append(text);
      first = false;
      render.room(out.length());
      render.steps((text.length() + separator.length()) >> 2);
    }
    return out.toString();
  }

  private static Object reverse(Object value, Render render) {
    String text = Values.string(value);
    if (text != null) {
      int[] points = text.codePoints().toArray();
      StringBuilder out = new StringBuilder(text.length());
      for (int i = points.length - 1; i >= 0; i--) {
        out.appendCodePoint(points[i]);
      }
      return render.charged(out.toString());
    }
    List<Object> elements = list(value, render);
    Collections.reverse(elements);
    return value instanceof Generator ? elements : new Generator(elements.iterator());
  }

  /** Returns what takes an attribute, dots and numbers within, of an element. */
  static Function<Object, Object> attribute(Object path, @Nullable Object otherwise) {
    List<Object> keys = new ArrayList<>();
    if (path instanceof String s) {
      for (Object part : Splits.by(s, ".", Integer.MAX_VALUE)) {
        String key = (String) part;
        boolean number =
            !key.isEmpty() && key.length() < 10 && key.chars().allMatch(c -> c >= '0' && c <= '9');
        keys.add(number ? (Object) Long.parseLong(key) : key);
      }
    } else {
      keys.add(path);
    }
    return element -> {
      Object value = element;
      for (Object key : keys) {
        value = Lookup.item(value, key);
        if (otherwise != null && value instanceof Undefined) {
          value = otherwise;
        }
      }
      return value;
    };
  }

  private static Object map(Object value, Arguments arguments, Render render) {
    return lazily(() -> {
      if (!Values.truth(value)) {
        return Collections.emptyIterator();
      }
      Function<Object, Object> function = mapping(arguments, render);
      return each(Values.iterator(value), function, render);
    });
  }

  private static Function<Object, Object> mapping(Arguments arguments, Render render) {
    if (arguments.count() == 0) {
      @Nullable Object[] bound = arguments.bind("map", 0, "attribute", "default");
      if (bound[0] == null) {
        throw JinjaException.type("map requires a filter argument");
      }
      Object otherwise = bound[1] == None.NONE ? null : bound[1];
      return attribute(bound[0], otherwise);
    }
    String name = Values.text(arguments.get(0));
    Filters.Function filter = Filters.find(name);
    if (filter == null) {
      throw JinjaException.value("there is no filter named '" + name + "'");
    }
    Arguments rest = arguments.skip(1);
    return element -> filter.apply(element, rest, render);
  }

  private static Object select(
      Object value, Arguments arguments, Render render, boolean ofAttribute, boolean wanted) {
    return lazily(() -> {
      if (!Values.truth(value)) {
        return Collections.emptyIterator();
      }
      Predicate<Object> test = test(arguments, render, ofAttribute);
      return only(Values.iterator(value), e -> test.test(e) == wanted, render);
    });
  }

  private static Predicate<Object> test(Arguments arguments, Render render, boolean ofAttribute) {
    int taken = ofAttribute ? 1 : 0;
    if (arguments.count() < taken) {
      throw JinjaException.type("Missing parameter for attribute name");
    }
    Function<Object, Object> attribute =
        ofAttribute ? attribute(arguments.get(0), null) : Function.identity();
    if (arguments.count() == taken) {
      return element -> Values.truth(attribute.apply(element));
    }
    String name = Values.text(arguments.get(taken));
    Tests.Function test = Tests.find(name);
    if (test == null) {
      throw JinjaException.value("there is no test named '" + name + "'");
    }
    Arguments rest = arguments.skip(taken + 1);
    return element -> test.test(attribute.apply(element), rest, render);
  }

  /** Returns elements that are worked out only when the first is asked for. */
  static Generator lazily(Supplier<Iterator<?>> source) {
    return new Generator(
        new Iterator<>() {
          private @Nullable Iterator<?> elements;

          @Override
          public boolean hasNext() {
            Iterator<?> begun = elements;
            if (begun == null) {
              begun = source.get();
              elements = begun;
            }
            return begun.hasNext();
          }

          @Override
          public Object next() {
            Iterator<?> begun = elements;
            if (begun == null) {
              throw new NoSuchElementException();
            }
            return Values.in(begun.next());
          }
        });
  }

  private static Iterator<?> each(
      Iterator<?> elements, Function<Object, Object> function, Render render) {
    return new Iterator<Object>() {
      @Override
      public boolean hasNext() {
        return elements.hasNext();
      }

      @Override
      public Object next() {
        render.step();
        return function.apply(Values.in(elements.next()));
      }
    };
  }

  static Iterator<?> only(Iterator<?> elements, Predicate<Object> test, Render render) {
    return new Iterator<Object>() {
      private @Nullable Object next;

      @Override
      public boolean hasNext() {
        while (next == null && elements.hasNext()) {
          render.step();
          Object element = Values.in(elements.next());
          next = test.test(element) ? element : null;
        }
        return next != null;
      }

      @Override
      public Object next() {
        Object element = hasNext() ? next : null;
        if (element == null) {
          throw new NoSuchElementException();
        }
        next = null;
        return element;
      }
    };
  }

  private static Object batch(Object value, Arguments arguments, Render render) {
    @Nullable Object[] bound = arguments.bind("batch", 1, "linecount", "fill_with");
    int size = Math.max(1, TextMethods.integer(bound[0] == null ? None.NONE : bound[0]));
    Object fill = bound[1] == None.NONE ? null : bound[1];
    return lazily(() -> {
      List<Object> batches = new ArrayList<>();
      List<Object> all = list(value, render);
      for (int i = 0; i < all.size(); i += size) {
        List<Object> batch =
            new ArrayList<>(all.subList(i, (int) Math.min(all.size(), (long) i + size)));
        fill(batch, size, fill, render);
        batches.add(batch);
        if (size > all.size()) {
          break;
        }
      }
      return batches.iterator();
    });
  }

  private static void fill(List<Object> list, int size, @Nullable Object fill, Render render) {
    while (fill != null && list.size() < size) {
      render.step();
      list.add(fill);
    }
  }

  private static Object slice(Object value, Arguments arguments, Render render) {
    @Nullable Object[] bound = arguments.bind("slice", 1, "slices", "fill_with");
    int slices = TextMethods.integer(bound[0] == null ? None.NONE : bound[0]);
    Object fill = bound[1] == None.NONE ? null : bound[1];
    return lazily(() -> {
      List<Object> all = list(value, render);
      if (slices == 0) {
        throw JinjaException.value("integer division or modulo by zero");
      }
      int each = Math.floorDiv(all.size(), slices);
      int longer = Math.floorMod(all.size(), slices);
      List<Object> parts = new ArrayList<>();
      int from = 0;
      for (int i = 0; i < slices; i++) {
        render.step();
        int to = from + each + (i < longer ? 1 : 0);
        List<Object> part = new ArrayList<>(all.subList(from, to));
        if (fill != null && i >= longer) {
          part.add(fill);
        }
        parts.add(part);
        from = to;
      }
      return parts.iterator();
    });
  }

  private static Object sum(Object value, Arguments arguments, Render render) {
    @Nullable Object[] bound = arguments.bind("sum", 0, "attribute", "start");
    @Nullable Object by = bound[0];
    Function<Object, Object> attribute =
        by == null || by == None.NONE ? Function.identity() : attribute(by, null);
    Object total = bound[1] == null ? (Object) 0L : bound[1];
    if (Values.isString(total)) {
      throw JinjaException.type("sum() can't sum strings");
    }
    Iterator<?> elements = Values.iterator(value);
    while (elements.hasNext()) {
      render.step();
      total = Operators.ADD.apply(total, attribute.apply(Values.in(elements.next())), render);
    }
    return total;
  }
}
