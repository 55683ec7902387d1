package io.tinker4j.text.jinja;

import java.util.List;

/** Statements in their order. */
final class Block extends Stmt {
  private final Stmt[] statements;

  /** What one run of the longest expressions in it may cost, in steps. */
  private final int cost;

  /** How deep the template is nested here. */
  final int depth;

  Block(List<Stmt> statements, int cost, int depth) {
    this.statements = statements.toArray(Stmt[]::new);
    this.cost = cost;
    this.depth = depth;
  }

  @Override
  End exec(Frame frame) {
    frame.render.steps(cost);
    for (Stmt statement : statements) {
      End end = statement.exec(frame);
      if (end != End.NORMAL) {
        return end;
      }
    }
    return End.NORMAL;
  }

  String capture(Frame frame) {
    StringBuilder outer = frame.render.capture();
    exec(frame);
    return frame.render.restore(outer);
  }
}
