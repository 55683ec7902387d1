package io.tinker4j.text.jinja;

/**
 * A piece of a template.
 *
 * @param text the text of an operator or name, or of template data
 * @param value the value of a literal; the text of other kinds
 * @param at its offset in the template
 */
record Token(Kind kind, String text, Object value, int at) {
  enum Kind {
    DATA,
    BLOCK_BEGIN,
    BLOCK_END,
    VARIABLE_BEGIN,
    VARIABLE_END,
    NAME,
    STRING,
    INTEGER,
    FLOAT,
    OPERATOR,
    END
  }

  boolean is(Kind other) {
    return kind == other;
  }

  boolean isOperator(String operator) {
    return kind == Kind.OPERATOR && text.equals(operator);
  }

  boolean isName(String name) {
    return kind == Kind.NAME && text.equals(name);
  }

  /** Returns how a message calls it. */
  String shown() {
    return switch (kind) {
      case DATA -> "text";
      case BLOCK_BEGIN -> "'{%'";
      case BLOCK_END -> "'%}'";
      case VARIABLE_BEGIN -> "'{{'";
      case VARIABLE_END -> "'}}'";
      case NAME, OPERATOR, INTEGER, FLOAT -> "'" + text + "'";
      case STRING -> "a string";
      case END -> "the end of the template";
    };
  }
}
