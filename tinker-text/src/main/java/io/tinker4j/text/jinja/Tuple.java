package io.tinker4j.text.jinja;

import java.util.AbstractList;
import java.util.List;
import java.util.RandomAccess;
import org.jspecify.annotations.Nullable;

/** A tuple: a list that is printed with parentheses and equals no list. */
final class Tuple extends AbstractList<Object> implements RandomAccess {
  private final List<Object> elements;
  private final List<String> names;

  Tuple(List<Object> elements) {
    this(elements, List.of());
  }

  /** A tuple whose elements have names. */
  Tuple(List<Object> elements, List<String> names) {
    this.elements = elements;
    this.names = names;
  }

  /** Returns the element of a name, or null. */
  @Nullable Object named(String name) {
    int i = names.indexOf(name);
    return i < 0 ? null : elements.get(i);
  }

  static Tuple of(Object... elements) {
    return new Tuple(List.of(elements));
  }

  @Override
  public Object get(int index) {
    return elements.get(index);
  }

  @Override
  public int size() {
    return elements.size();
  }
}
