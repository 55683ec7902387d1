package io.tinker4j.text.jinja;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** The kinds of statements, but for loops and macros. */
final class Statements {
  private Statements() {}

  static final class Text extends Stmt {
    private final String text;

    Text(String text) {
      this.text = text;
    }

    @Override
    End exec(Frame frame) {
      frame.render.write(text);
      return End.NORMAL;
    }
  }

  static final class Output extends Stmt {
    private final Expr expr;

    Output(Expr expr) {
      this.expr = expr;
    }

    @Override
    End exec(Frame frame) {
      Object value = expr.eval(frame);
      frame.render.at = expr.at;
      frame.render.write(value instanceof String s ? s : Values.text(value));
      return End.NORMAL;
    }
  }

  /** Leaves a loop or its round. */
  static final class Jump extends Stmt {
    private final End end;

    Jump(End end) {
      this.end = end;
    }

    @Override
    End exec(Frame frame) {
      return end;
    }
  }

  static final class If extends Stmt {
    private final Expr[] tests;
    private final Block[] blocks;
    private final @Nullable Block otherwise;

    If(List<Expr> tests, List<Block> blocks, @Nullable Block otherwise) {
      this.tests = tests.toArray(Expr[]::new);
      this.blocks = blocks.toArray(Block[]::new);
      this.otherwise = otherwise;
    }

    @Override
    End exec(Frame frame) {
      for (int i = 0; i < tests.length; i++) {
        if (tests[i].test(frame)) {
          return blocks[i].exec(frame);
        }
      }
      return otherwise == null ? End.NORMAL : otherwise.exec(frame);
    }
  }

  static final class Assign extends Stmt {
    private final Target target;
    private final Expr value;

    Assign(Target target, Expr value) {
      this.target = target;
      this.value = value;
    }

    @Override
    End exec(Frame frame) {
      Object result = value.eval(frame);
      frame.render.at = value.at;
      target.assign(frame, result);
      return End.NORMAL;
    }
  }

  /** A block within the same frame; its names are unset when it begins. */
  static final class Scoped {
    private final Scope scope;
    private final Block body;
    private int[] registers = {};

    Scoped(Scope scope, Block body) {
      this.scope = scope;
      this.body = body;
    }

    void link() {
      registers = scope.registers();
    }

    Block body() {
      return body;
    }

    void begin(Frame frame) {
      for (int register : registers) {
        frame.registers[register] = null;
      }
    }

    Stmt.End exec(Frame frame) {
      begin(frame);
      return body.exec(frame);
    }
  }

  /** {@code set} and {@code filter} with a body. */
  static final class Captured extends Stmt {
    private final @Nullable Target target;
    private final Calls.@Nullable Filter filter;
    private final Scoped body;

    Captured(@Nullable Target target, Calls.@Nullable Filter filter, Scoped body) {
      this.target = target;
      this.filter = filter;
      this.body = body;
    }

    @Override
    End exec(Frame frame) {
      StringBuilder outer = frame.render.capture();
      End end = body.exec(frame);
      Object value = frame.render.restore(outer);
      if (end != End.NORMAL) {
        return end;
      }
      if (filter != null) {
        value = filter.evalOn(frame, value);
      }
      if (target == null) {
        frame.render.write(Values.text(value));
      } else {
        target.assign(frame, value);
      }
      return End.NORMAL;
    }
  }

  static final class With extends Stmt {
    private final Target[] targets;
    private final Expr[] values;
    private final Scoped body;

    With(List<Target> targets, List<Expr> values, Scoped body) {
      this.targets = targets.toArray(Target[]::new);
      this.values = values.toArray(Expr[]::new);
      this.body = body;
    }

    @Override
    End exec(Frame frame) {
      Object[] results = new Object[values.length];
      for (int i = 0; i < results.length; i++) {
        results[i] = values[i].eval(frame);
      }
      body.begin(frame);
      for (int i = 0; i < results.length; i++) {
        targets[i].assign(frame, results[i]);
      }
      return body.body().exec(frame);
    }
  }

  /** Text that the assistant made; its place in the output is noted. */
  static final class Generation extends Stmt {
    private final Scoped body;

    Generation(Scoped body) {
      this.body = body;
    }

    @Override
    End exec(Frame frame) {
      StringBuilder outer = frame.render.capture();
      body.exec(frame);
      String text = frame.render.restore(outer);
      frame.render.generation(text);
      frame.render.write(text);
      return End.NORMAL;
    }
  }
}
