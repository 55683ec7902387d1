package io.tinker4j.text.jinja;

/** Something that a template can call. */
interface Callable extends PyObject {
  Object call(Render render, Arguments arguments);

  @Override
  default String typeName() {
    return "function";
  }

  @Override
  default String repr() {
    return "<function>";
  }
}
