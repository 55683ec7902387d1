package io.tinker4j.text.jinja;

import io.tinker4j.text.jinja.Statements.Scoped;
import io.tinker4j.text.jinja.Token.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Parses statements. */
final class Parser {
  private static final Set<String> LEFT_OUT =
      Set.of("block", "extends", "include", "import", "from", "autoescape", "do", "trans");

  /** Tokens of expressions in a block per step that a run of the block costs. */
  private static final int TOKENS_PER_STEP = 8;

  private final TokenStream stream;
  private final ExpressionParser expressions;
  private final List<Scoped> scopes = new ArrayList<>();
  private final List<String> open = new ArrayList<>();
  private int loops;
  private int counted;

  private Parser(TokenStream stream, ExpressionParser expressions) {
    this.stream = stream;
    this.expressions = expressions;
  }

  /** A template that was parsed. */
  record Parsed(Block body, int registers, int slots) {}

  /**
   * Parses a template.
   *
   * @throws JinjaException with the place, when it is not in the language
   */
  static Parsed parse(String source) {
    TokenStream stream = new TokenStream(Lexer.tokens(source));
    Scope root = Scope.root();
    ExpressionParser expressions = new ExpressionParser(stream, root);
    try {
      Parser parser = new Parser(stream, expressions);
      Block body = parser.block(Set.of());
      expressions.finish();
      expressions.names().forEach(Expressions.Name::link);
      parser.scopes.forEach(Scoped::link);
      return new Parsed(body, root.frame().size(), expressions.slots());
    } catch (JinjaException e) {
      throw e.isLocated() ? e : e.at(source, stream.failedAt());
    }
  }

  /** Parses up to a tag that ends the block, whose name is then the current token. */
  private Block block(Set<String> ends) {
    List<Stmt> body = new ArrayList<>();
    int before = stream.taken();
    int nested = counted;
    expressions.nest();
    while (true) {
      Token token = stream.take();
      if (token.is(Kind.DATA)) {
        body.add(new Statements.Text(token.text()));
      } else if (token.is(Kind.VARIABLE_BEGIN)) {
        body.add(new Statements.Output(expressions.tuple(true, false)));
        stream.expect(Kind.VARIABLE_END, "'}}'");
      } else if (token.is(Kind.BLOCK_BEGIN)) {
        Token name = stream.current();
        if (name.is(Kind.NAME) && ends.contains(name.text())) {
          break;
        }
        body.add(statement(name));
        stream.expect(Kind.BLOCK_END, "'%}'");
      } else if (ends.isEmpty()) {
        break;
      } else {
        throw stream.fail(
            "the template ends within '" + open.getLast() + "': expected " + shown(ends));
      }
    }
    expressions.unnest();
    int own = stream.taken() - before - (counted - nested);
    counted += own;
    return new Block(body, own / TOKENS_PER_STEP + 1, 1);
  }

  private static String shown(Set<String> ends) {
    return String.join(" or ", ends.stream().sorted().map(e -> "'{% " + e + " %}'").toList());
  }

  /** Parses a body behind a tag that is to be closed. */
  private Block body(Set<String> ends) {
    stream.skipOperator(":");
    stream.expect(Kind.BLOCK_END, "'%}'");
    return block(ends);
  }

  private Block bodyTo(String end) {
    Block block = body(Set.of(end));
    stream.take();
    return block;
  }

  /** Parses a body with names of its own. */
  private Scoped scoped(Scope scope, String end) {
    Scope outer = expressions.enter(scope);
    Scoped scoped = new Scoped(scope, bodyTo(end));
    expressions.enter(outer);
    scopes.add(scoped);
    return scoped;
  }

  private Stmt statement(Token name) {
    if (!name.is(Kind.NAME)) {
      throw stream.expected("the name of a tag");
    }
    open.add(name.text());
    stream.take();
    Stmt statement =
        switch (name.text()) {
          case "if" -> ifStatement();
          case "for" -> forStatement();
          case "set" -> set();
          case "with" -> with();
          case "macro" -> macro();
          case "call" -> callBlock();
          case "filter" -> filterBlock();
          case "generation" ->
              function(() ->
                  new Statements.Generation(scoped(expressions.scope().block(), "endgeneration")));
          case "print" -> print();
          case "break" -> jump(Stmt.End.BREAK);
          case "continue" -> jump(Stmt.End.CONTINUE);
          default -> throw unknown(name);
        };
    open.removeLast();
    return statement;
  }

  private JinjaException unknown(Token name) {
    if (LEFT_OUT.contains(name.text())) {
      return stream.fail("the tag '" + name.text() + "' is not supported in chat templates", name);
    }
    String within = open.size() < 2 ? "" : " within '" + open.get(open.size() - 2) + "'";
    return stream.fail("unknown tag '" + name.text() + "'" + within, name);
  }

  /** Parses what loops outside do not reach into. */
  private <T> T function(java.util.function.Supplier<T> parse) {
    int outer = loops;
    loops = 0;
    T result = parse.get();
    loops = outer;
    return result;
  }

  private Stmt jump(Stmt.End end) {
    if (loops == 0) {
      throw stream.fail("'" + open.getLast() + "' outside of a loop");
    }
    return new Statements.Jump(end);
  }

  private Stmt print() {
    List<Stmt> outputs = new ArrayList<>();
    while (!stream.current().is(Kind.BLOCK_END)) {
      if (!outputs.isEmpty()) {
        stream.expectOperator(",");
      }
      outputs.add(new Statements.Output(expressions.expression()));
    }
    return new Block(outputs, 1, 1);
  }

  private Stmt ifStatement() {
    List<Expr> tests = new ArrayList<>();
    List<Block> blocks = new ArrayList<>();
    @Nullable Block otherwise = null;
    while (true) {
      tests.add(expressions.tuple(false, false));
      expressions.conditional(1);
      blocks.add(body(Set.of("elif", "else", "endif")));
      expressions.conditional(-1);
      Token end = stream.take();
      if (end.isName("elif")) {
        continue;
      }
      if (end.isName("else")) {
        expressions.conditional(1);
        otherwise = bodyTo("endif");
        expressions.conditional(-1);
      }
      return new Statements.If(tests, blocks, otherwise);
    }
  }

  private Stmt forStatement() {
    Scope outer = expressions.scope();
    Scope names = outer.block();
    Target parsed = target(names, false);
    stream.expectName("in");
    Expr elements = expressions.tuple(false, false);
    @Nullable Expr filter = null;
    if (stream.skipName("if")) {
      expressions.enter(names);
      filter = expressions.expression();
      expressions.enter(outer);
    }
    boolean recursive = stream.skipName("recursive");
    Scope inner = recursive ? outer.function() : outer.block();
    Target target = parsed.in(inner);
    int loop = inner.declare("loop");
    expressions.enter(inner);
    loops++;
    Scoped body = new Scoped(inner, body(Set.of("endfor", "else")));
    loops--;
    scopes.add(body);
    expressions.enter(outer);
    @Nullable Scoped otherwise = null;
    if (stream.take().isName("else")) {
      otherwise = scoped(outer.block(), "endfor");
    }
    For.Source source = new For.Source(elements, filter == null ? null : parsed, filter);
    return new For(source, target, loop, body, otherwise, recursive ? inner.frame() : null);
  }

  /** Parses what is assigned to: a name, an attribute of a namespace, or several of them. */
  private Target target(Scope scope, boolean withNamespace) {
    List<Target> targets = new ArrayList<>();
    boolean several = false;
    do {
      Token token = stream.current();
      several |= !targets.isEmpty();
      if (several
          && (token.isName("in")
              || token.isOperator("=")
              || token.is(Kind.BLOCK_END)
              || token.isOperator(")"))) {
        break;
      }
      targets.add(single(scope, withNamespace));
    } while (stream.skipOperator(","));
    return several ? new Target.Unpacked(targets) : targets.get(0);
  }

  private Target single(Scope scope, boolean withNamespace) {
    if (stream.skipOperator("(")) {
      expressions.nest();
      Target inner = target(scope, false);
      expressions.unnest();
      stream.expectOperator(")");
      return inner;
    }
    Token name = stream.expect(Kind.NAME, "a name to assign to");
    if (ExpressionParser.CONSTANTS.contains(name.text())) {
      throw stream.fail("cannot assign to " + name.shown(), name);
    }
    if (withNamespace && stream.skipOperator(".")) {
      String attribute = stream.expect(Kind.NAME, "the name of an attribute").text();
      return new Target.Attribute(expressions.variable(name), attribute);
    }
    return new Target.Variable(name.text(), scope.declare(name.text()));
  }

  private Stmt set() {
    Scope scope = expressions.scope();
    Token first = stream.current();
    Target target = target(scope, true);
    if (stream.skipOperator("=")) {
      return new Statements.Assign(target, expressions.tuple(true, false));
    }
    if (target instanceof Target.Unpacked) {
      throw stream.fail("a block cannot be assigned to several names", first);
    }
    return captured(target, filters());
  }

  private Calls.@Nullable Filter filters() {
    Calls.Filter filter = null;
    while (stream.skipOperator("|")) {
      filter = expressions.filter(filter);
    }
    return filter;
  }

  private Stmt captured(@Nullable Target target, Calls.@Nullable Filter filter) {
    String end = target == null ? "endfilter" : "endset";
    return new Statements.Captured(target, filter, scoped(expressions.scope().block(), end));
  }

  private Stmt filterBlock() {
    Calls.Filter filter = expressions.filter(null);
    while (stream.skipOperator("|")) {
      filter = expressions.filter(filter);
    }
    return captured(null, filter);
  }

  private Stmt with() {
    Scope inner = expressions.scope().block();
    List<Target> targets = new ArrayList<>();
    List<Expr> values = new ArrayList<>();
    while (!stream.current().is(Kind.BLOCK_END) && !stream.current().isOperator(":")) {
      if (!targets.isEmpty()) {
        stream.expectOperator(",");
      }
      targets.add(target(inner, false));
      stream.expectOperator("=");
      values.add(expressions.expression());
    }
    return new Statements.With(targets, values, scoped(inner, "endwith"));
  }

  private Stmt macro() {
    String name = stream.expect(Kind.NAME, "the name of the macro").text();
    Target target = new Target.Variable(name, expressions.scope().declare(name));
    return new Macro.Define(definition(name, "endmacro"), target);
  }

  private Stmt callBlock() {
    Scope inner = expressions.scope().function();
    List<Macro.Parameter> parameters =
        stream.current().isOperator("(") ? parameters(inner) : List.of();
    Token token = stream.current();
    if (!(expressions.expression() instanceof Calls.Call call)) {
      throw stream.fail("expected a call", token);
    }
    return new Macro.CallBlock(definition("caller", inner, parameters, "endcall"), call);
  }

  private Macro.Definition definition(String name, String end) {
    Scope inner = expressions.scope().function();
    return definition(name, inner, parameters(inner), end);
  }

  private Macro.Definition definition(
      String name, Scope inner, List<Macro.Parameter> parameters, String end) {
    Scope outer = expressions.enter(inner);
    int deepest = expressions.deepest(0);
    Block body = function(() -> bodyTo(end));
    int depth = expressions.deepest(0);
    expressions.deepest(Math.max(deepest, depth));
    expressions.enter(outer);
    Scope.Function frame = inner.frame();
    boolean explicit = parameters.stream().anyMatch(p -> p.name().equals("caller"));
    Macro.Specials specials =
        new Macro.Specials(
            frame.uses("caller") && !explicit ? inner.declare("caller") : -1,
            frame.uses("kwargs") ? inner.declare("kwargs") : -1,
            frame.uses("varargs") ? inner.declare("varargs") : -1);
    return new Macro.Definition(name, parameters, specials, frame, body, depth);
  }

  private List<Macro.Parameter> parameters(Scope inner) {
    List<Macro.Parameter> parameters = new ArrayList<>();
    Scope outer = expressions.enter(inner);
    boolean optional = false;
    stream.expectOperator("(");
    while (!stream.current().isOperator(")")) {
      if (!parameters.isEmpty()) {
        stream.expectOperator(",");
      }
      Token token = stream.expect(Kind.NAME, "the name of a parameter");
      String name = token.text();
      @Nullable Expr value = null;
      if (stream.skipOperator("=")) {
        value = expressions.expression();
        optional = true;
      } else if (optional) {
        throw stream.fail("a parameter without a default follows one with a default");
      }
      if (name.equals("caller") && value == null) {
        throw stream.fail("the parameter 'caller' needs a default, or to be left out", token);
      }
      parameters.add(new Macro.Parameter(name, inner.declare(name), value));
    }
    stream.expectOperator(")");
    expressions.enter(outer);
    return List.copyOf(parameters);
  }
}
