package io.tinker4j.text.jinja;

import java.util.List;

/** What {@code keys()}, {@code values()} and {@code items()} give: no list, but with a length. */
record DictView(String typeName, List<Object> elements) implements PyObject {
  @Override
  public String repr() {
    return typeName + "(" + Repr.of(elements) + ")";
  }

  @Override
  public boolean truth() {
    return !elements.isEmpty();
  }
}
