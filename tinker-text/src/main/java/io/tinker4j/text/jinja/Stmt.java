package io.tinker4j.text.jinja;

/** A statement. Immutable once the template is parsed. */
abstract class Stmt {
  /** How a statement ended: it goes on, or leaves the round or the loop around it. */
  enum End {
    NORMAL,
    CONTINUE,
    BREAK
  }

  abstract End exec(Frame frame);
}
