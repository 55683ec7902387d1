package io.tinker4j.text.jinja;

import java.util.Iterator;

/** Elements that can be taken once: what filters such as {@code map} and {@code select} give. */
record Generator(Iterator<Object> iterator) implements PyObject {
  @Override
  public String typeName() {
    return "generator";
  }

  @Override
  public String repr() {
    return "<generator object>";
  }
}
