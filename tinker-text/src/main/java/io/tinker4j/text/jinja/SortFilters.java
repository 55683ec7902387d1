package io.tinker4j.text.jinja;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Filters that compare elements. */
final class SortFilters {
  private SortFilters() {}

  static void add(Map<String, Filters.Function> all) {
    all.put("sort", SortFilters::sort);
    all.put("dictsort", SortFilters::dictSort);
    all.put("unique", SortFilters::unique);
    all.put("min", (v, a, r) -> extreme("min", v, a, r));
    all.put("max", (v, a, r) -> extreme("max", v, a, r));
    all.put("groupby", SortFilters::groupBy);
  }

  /** Returns what elements are compared by: attributes, in lower case unless it matters. */
  private static Function<Object, Object> key(@Nullable Object by, @Nullable Object caseSensitive) {
    Function<Object, Object> attribute =
        by == null || by == None.NONE ? Function.identity() : SequenceFilters.attribute(by, null);
    return Filters.isTrue(caseSensitive) ? attribute : element -> lower(attribute.apply(element));
  }

  private static Object lower(Object value) {
    String text = Values.string(value);
    return text == null ? value : PyText.lower(text);
  }

  /** An element with what it is compared by. */
  private record Keyed(Object key, Object element) {}

  private static List<Object> sorted(
      List<?> elements, Function<Object, Object> key, boolean reverse, Render render) {
    List<Keyed> keyed = new ArrayList<>(elements.size());
    for (Object element : elements) {
      render.step();
      keyed.add(new Keyed(key.apply(Values.in(element)), Values.in(element)));
    }
    Comparator<Keyed> order =
        (x, y) -> {
          render.step();
          return Values.compare(x.key(), y.key(), "<");
        };
    keyed.sort(reverse ? (x, y) -> order.compare(y, x) : order);
    List<Object> out = new ArrayList<>(keyed.size());
    keyed.forEach(k -> out.add(k.element()));
    return out;
  }

  private static Object sort(Object value, Arguments arguments, Render render) {
    @Nullable Object[] bound = arguments.bind("sort", 0, "reverse", "case_sensitive", "attribute");
    List<Function<Object, Object>> keys = new ArrayList<>();
    if (bound[2] instanceof String names) {
      for (Object name : Splits.by(names, ",", Integer.MAX_VALUE)) {
        keys.add(key(name, bound[1]));
      }
    } else {
      keys.add(key(bound[2], bound[1]));
    }
    Function<Object, Object> key = element -> keys.stream().map(k -> k.apply(element)).toList();
    List<?> elements = Values.elements(value, render);
    return sorted(elements, key, Filters.isTrue(bound[0]), render);
  }

  private static Object dictSort(Object value, Arguments arguments, Render render) {
    @Nullable Object[] bound = arguments.bind("dictsort", 0, "case_sensitive", "by", "reverse");
    String by = bound[1] == null ? "key" : Values.text(bound[1]);
    if (!by.equals("key") && !by.equals("value")) {
      throw JinjaException.value("You can only sort by either \"key\" or \"value\"");
    }
    if (!(value instanceof Map<?, ?> map)) {
      Values.failOnUndefined(value);
      throw JinjaException.type(
          "'%s' object has no attribute 'items'".formatted(Values.typeName(value)));
    }
    Function<Object, Object> key = key(by.equals("key") ? 0L : 1L, bound[0]);
    return sorted(Methods.pairs(map, render), key, Filters.isTrue(bound[2]), render);
  }

  private static Object unique(Object value, Arguments arguments, Render render) {
    @Nullable Object[] bound = arguments.bind("unique", 0, "case_sensitive", "attribute");
    Function<Object, Object> key = key(bound[1], bound[0]);
    return SequenceFilters.lazily(() -> {
      Set<String> texts = new HashSet<>();
      List<Object> others = new ArrayList<>();
      return SequenceFilters.only(
          Values.iterator(value),
          element -> {
            Object k = Lookup.key(key.apply(element));
            if (k instanceof String text) {
              return texts.add(text);
            }
            render.steps(others.size());
            boolean fresh = others.stream().noneMatch(o -> Values.equal(o, k));
            return fresh && others.add(k);
          },
          render);
    });
  }

  private static Object extreme(String name, Object value, Arguments arguments, Render render) {
    @Nullable Object[] bound = arguments.bind(name, 0, "case_sensitive", "attribute");
    Function<Object, Object> key = key(bound[1], bound[0]);
    boolean least = name.equals("min");
    Keyed best = null;
    for (Object element : Values.elements(value, render)) {
      render.step();
      Object k = key.apply(Values.in(element));
      if (best == null
          || (least
              ? Values.compare(k, best.key(), "<") < 0
              : Values.compare(k, best.key(), ">") > 0)) {
        best = new Keyed(k, Values.in(element));
      }
    }
    return best != null ? best.element() : new Undefined("No aggregated item, sequence was empty.");
  }

  private static Object groupBy(Object value, Arguments arguments, Render render) {
    @Nullable Object[] bound =
        arguments.bind("groupby", 1, "attribute", "default", "case_sensitive");
    Object otherwise = bound[1] == None.NONE ? null : bound[1];
    Function<Object, Object> attribute =
        SequenceFilters.attribute(bound[0] == null ? None.NONE : bound[0], otherwise);
    Function<Object, Object> key =
        Filters.isTrue(bound[2]) ? attribute : e -> lower(attribute.apply(e));
    List<Object> groups = new ArrayList<>();
    List<Object> group = new ArrayList<>();
    Object last = null;
    for (Object element : sorted(Values.elements(value, render), key, false, render)) {
      Object k = key.apply(element);
      if (last == null || !Values.equal(last, k)) {
        group = new ArrayList<>();
        groups.add(new Tuple(List.of(attribute.apply(element), group), List.of("grouper", "list")));
      }
      group.add(element);
      last = k;
    }
    return groups;
  }
}
