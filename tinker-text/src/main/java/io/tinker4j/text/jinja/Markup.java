package io.tinker4j.text.jinja;

/** Text that {@code safe} or {@code escape} gave: what is added to it is escaped. */
record Markup(String text) implements PyObject {
  /** Returns text with the characters escaped that HTML gives a meaning. */
  static String escape(String text) {
    StringBuilder out = new StringBuilder(text.length() + 16);
    for (int i = 0; i < text.length(); i++) {
      switch (text.charAt(i)) {
        case '&' -> out.append("&amp;");
        case '<' -> out.append("&lt;");
        case '>' -> out.append("&gt;");
        case '"' -> out.append("&#34;");
        case '\'' -> out.append("&#39;");
        default -> out.append(text.charAt(i));
      }
    }
    return out.toString();
  }

  static String escaped(Object value) {
    return value instanceof Markup markup ? markup.text : escape(Values.text(value));
  }

  @Override
  public String typeName() {
    return "Markup";
  }

  @Override
  public String repr() {
    return "Markup(" + Repr.string(text) + ")";
  }

  @Override
  public boolean truth() {
    return !text.isEmpty();
  }
}
