package io.tinker4j.text.jinja;

/** An expression. Immutable once the template is parsed. */
abstract class Expr {
  /** Offset in the template. */
  final int at;

  /** How deep the tree below is. */
  final int depth;

  Expr(int at, Expr... children) {
    this.at = at;
    int deepest = 0;
    for (Expr child : children) {
      deepest = Math.max(deepest, child.depth);
    }
    depth = deepest + 1;
    if (depth > JinjaLimits.PARSE_NESTING) {
      throw JinjaException.of(
          JinjaException.Kind.SYNTAX,
          "an expression nested deeper than " + JinjaLimits.PARSE_NESTING + " levels");
    }
  }

  abstract Object eval(Frame frame);

  boolean test(Frame frame) {
    return Values.truth(eval(frame));
  }
}
