package io.tinker4j.text.jinja;

/**
 * What a name or attribute gives that does not exist: printed as nothing, false, empty; anything
 * else that is done with it fails with its message.
 */
record Undefined(String message) implements PyObject {
  static Undefined name(String name) {
    return new Undefined("'" + name + "' is undefined");
  }

  static Undefined attribute(Object owner, Object name) {
    if (owner instanceof Undefined undefined) {
      throw undefined.failure();
    }
    String shown = owner == None.NONE ? "None" : "'" + Values.typeName(owner) + " object'";
    return new Undefined(
        name instanceof String s
            ? shown + " has no attribute " + Repr.string(s)
            : Values.typeName(owner) + " object has no element " + Repr.of(name));
  }

  JinjaException failure() {
    return JinjaException.undefined(message);
  }

  @Override
  public String typeName() {
    return "Undefined";
  }

  @Override
  public String repr() {
    return "Undefined";
  }

  @Override
  public boolean truth() {
    return false;
  }
}
