package io.tinker4j.text.jinja;

/** Python's {@code None}; stands for null, so that no value of the engine is null. */
enum None implements PyObject {
  NONE;

  @Override
  public String typeName() {
    return "NoneType";
  }

  @Override
  public String repr() {
    return "None";
  }

  @Override
  public boolean truth() {
    return false;
  }
}
