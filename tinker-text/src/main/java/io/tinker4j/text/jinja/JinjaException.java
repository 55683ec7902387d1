package io.tinker4j.text.jinja;

/** A template that cannot be parsed or rendered. */
public final class JinjaException extends RuntimeException {
  private static final long serialVersionUID = 1;

  /** What kind of thing went wrong. */
  public enum Kind {
    /** The template is not in the language. */
    SYNTAX,
    /** Something was asked of a value that does not exist. */
    UNDEFINED,
    /** An operation does not go with the type of its operand. */
    TYPE,
    /** A value is outside of what an operation takes. */
    VALUE,
    /** The template itself refused, by {@code raise_exception}. */
    RAISED,
    /** A limit of the sandbox was reached. */
    LIMIT
  }

  private final Kind kind;
  private final int line;
  private final int column;

  private JinjaException(Kind kind, String message, int line, int column) {
    super(message);
    this.kind = kind;
    this.line = line;
    this.column = column;
  }

  static JinjaException of(Kind kind, String message) {
    return new JinjaException(kind, message, 0, 0);
  }

  static JinjaException type(String message) {
    return of(Kind.TYPE, message);
  }

  static JinjaException value(String message) {
    return of(Kind.VALUE, message);
  }

  static JinjaException undefined(String message) {
    return of(Kind.UNDEFINED, message);
  }

  static JinjaException limit(String message) {
    return of(Kind.LIMIT, message);
  }

  /** Returns the same failure at a place of the template; its stack trace is kept. */
  JinjaException at(String source, int offset) {
    int end = Math.min(offset, source.length());
    int line = 1;
    int start = 0;
    for (int i = source.indexOf('\n'); i >= 0 && i < end; i = source.indexOf('\n', i + 1)) {
      line++;
      start = i + 1;
    }
    JinjaException located = new JinjaException(kind, text(), line, end - start + 1);
    located.setStackTrace(getStackTrace());
    return located;
  }

  private String text() {
    String message = getMessage();
    return message == null ? "" : message;
  }

  boolean isLocated() {
    return line > 0;
  }

  /** Returns what kind of thing went wrong. */
  public Kind kind() {
    return kind;
  }

  /** Returns the line, from 1. */
  public int line() {
    return line;
  }

  /** Returns the column in UTF-16 units, from 1. */
  public int column() {
    return column;
  }
}
