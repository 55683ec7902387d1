package io.tinker4j.text.jinja;

/** A method of a value, or a global function, ready to be called. */
record Bound(String name, Body body) implements Callable {
  /** What it does. */
  interface Body {
    Object call(Arguments arguments, Render render);
  }

  @Override
  public Object call(Render render, Arguments arguments) {
    return body.call(arguments, render);
  }

  @Override
  public String typeName() {
    return "builtin_function_or_method";
  }

  @Override
  public String repr() {
    return "<built-in method " + name + ">";
  }
}
