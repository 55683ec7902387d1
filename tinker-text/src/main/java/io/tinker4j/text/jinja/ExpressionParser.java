package io.tinker4j.text.jinja;

import io.tinker4j.text.jinja.Expressions.Literal;
import io.tinker4j.text.jinja.Token.Kind;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Parses expressions. */
final class ExpressionParser {
  static final Set<String> CONSTANTS = Set.of("true", "false", "none", "True", "False", "None");
  private static final Set<String> COMPARISONS = Set.of("==", "!=", "<", "<=", ">", ">=");

  private final TokenStream stream;
  private final OperandParser operands;
  private final List<Expressions.Name> names = new ArrayList<>();
  private final Map<String, Integer> slots = new HashMap<>();
  private Scope scope;
  private int nesting;
  private final List<Unknown> unknown = new ArrayList<>();
  private int conditions;
  private int deepest;

  /** A filter or test that does not exist, in a place that may be run. */
  private record Unknown(String what, String name, Token token) {}

  ExpressionParser(TokenStream stream, Scope scope) {
    this.stream = stream;
    this.operands = new OperandParser(stream, this);
    this.scope = scope;
  }

  Scope scope() {
    return scope;
  }

  /** Sets the block that names belong to from now on, and returns the one before. */
  Scope enter(Scope inner) {
    Scope outer = scope;
    scope = inner;
    return outer;
  }

  List<Expressions.Name> names() {
    return names;
  }

  int slots() {
    return slots.size();
  }

  void nest() {
    if (++nesting > JinjaLimits.PARSE_NESTING) {
      throw stream.fail("nested deeper than " + JinjaLimits.PARSE_NESTING + " levels");
    }
    deepest = Math.max(deepest, nesting);
  }

  void unnest() {
    nesting--;
  }

  /** Counts in and out of what may never be run: names of filters are then looked up late. */
  void conditional(int by) {
    conditions += by;
  }

  /** Sets the deepest nesting seen, and returns the one before. */
  int deepest(int value) {
    int before = deepest;
    deepest = value;
    return before;
  }

  Expr expression() {
    return expression(true);
  }

  private Expr expression(boolean withConditional) {
    nest();
    Expr expr = withConditional ? conditional() : or();
    unnest();
    deepest = Math.max(deepest, nesting + expr.depth);
    return expr;
  }

  private Expr conditional() {
    int known = unknown.size();
    Expr expr = or();
    while (stream.current().isName("if")) {
      int at = stream.take().at();
      unknown.subList(known, unknown.size()).clear();
      conditions++;
      Expr condition = or();
      Expr otherwise = null;
      if (stream.skipName("else")) {
        nest();
        otherwise = conditional();
        unnest();
      }
      conditions--;
      expr = new Expressions.Conditional(at, condition, expr, otherwise);
    }
    return expr;
  }

  private Expr or() {
    Expr left = and();
    while (stream.current().isName("or")) {
      int at = stream.take().at();
      left = new Expressions.Junction(at, true, left, and());
    }
    return left;
  }

  private Expr and() {
    Expr left = not();
    while (stream.current().isName("and")) {
      int at = stream.take().at();
      left = new Expressions.Junction(at, false, left, not());
    }
    return left;
  }

  private Expr not() {
    if (!stream.current().isName("not")) {
      return comparison();
    }
    int at = stream.take().at();
    nest();
    Expr operand = not();
    unnest();
    return new Expressions.Not(at, operand);
  }

  private Expr comparison() {
    Expr first = sum();
    List<String> operators = new ArrayList<>();
    List<Expr> operands = new ArrayList<>();
    int at = stream.current().at();
    while (true) {
      Token token = stream.current();
      if (token.is(Kind.OPERATOR) && COMPARISONS.contains(token.text())) {
        operators.add(stream.take().text());
      } else if (stream.skipName("in")) {
        operators.add("in");
      } else if (token.isName("not") && stream.look().isName("in")) {
        stream.take();
        stream.take();
        operators.add("not in");
      } else {
        break;
      }
      operands.add(sum());
    }
    return operands.isEmpty() ? first : new Expressions.Comparison(at, first, operators, operands);
  }

  private Expr sum() {
    Expr left = concat();
    while (stream.current().isOperator("+") || stream.current().isOperator("-")) {
      Token operator = stream.take();
      Operators kind = operator.text().equals("+") ? Operators.ADD : Operators.SUBTRACT;
      left = new Expressions.Binary(operator.at(), kind, left, concat());
    }
    return left;
  }

  private Expr concat() {
    int at = stream.current().at();
    Expr first = product();
    if (!stream.current().isOperator("~")) {
      return first;
    }
    List<Expr> parts = new ArrayList<>(List.of(first));
    while (stream.skipOperator("~")) {
      parts.add(product());
    }
    return new Expressions.Concat(at, parts);
  }

  private Expr product() {
    Expr left = power();
    while (stream.current().is(Kind.OPERATOR)) {
      Operators kind =
          switch (stream.current().text()) {
            case "*" -> Operators.MULTIPLY;
            case "/" -> Operators.DIVIDE;
            case "//" -> Operators.FLOOR_DIVIDE;
            case "%" -> Operators.MODULO;
            default -> null;
          };
      if (kind == null) {
        break;
      }
      int at = stream.take().at();
      left = new Expressions.Binary(at, kind, left, power());
    }
    return left;
  }

  private Expr power() {
    Expr left = unary(true);
    while (stream.current().isOperator("**")) {
      int at = stream.take().at();
      left = new Expressions.Binary(at, Operators.POWER, left, unary(true));
    }
    return left;
  }

  private Expr unary(boolean withFilter) {
    Token token = stream.current();
    Expr expr;
    if (token.isOperator("-") || token.isOperator("+")) {
      stream.take();
      nest();
      expr = new Expressions.Sign(token.at(), token.text().equals("-"), unary(false));
      unnest();
    } else {
      expr = primary();
    }
    expr = postfix(expr);
    return withFilter ? filtered(expr) : expr;
  }

  private Expr primary() {
    Token token = stream.take();
    return switch (token.kind()) {
      case NAME -> name(token);
      case STRING -> string(token);
      case INTEGER, FLOAT -> new Literal(token.at(), token.value());
      case OPERATOR ->
          switch (token.text()) {
            case "(" -> {
              Expr inner = tuple(true, true);
              stream.expectOperator(")");
              yield inner;
            }
            case "[" -> list(token.at());
            case "{" -> dict(token.at());
            default -> throw stream.fail("expected an expression, met " + token.shown(), token);
          };
      default -> throw stream.fail("expected an expression, met " + token.shown(), token);
    };
  }

  private Expr name(Token token) {
    return switch (token.text()) {
      case "true", "True" -> new Literal(token.at(), true);
      case "false", "False" -> new Literal(token.at(), false);
      case "none", "None" -> new Literal(token.at(), None.NONE);
      default -> variable(token);
    };
  }

  Expressions.Name variable(Token token) {
    int slot = slots.computeIfAbsent(token.text(), n -> slots.size());
    scope.reads(token.text());
    Expressions.Name name = new Expressions.Name(token.at(), token.text(), scope, slot);
    names.add(name);
    return name;
  }

  private Expr string(Token token) {
    if (!stream.current().is(Kind.STRING)) {
      return new Literal(token.at(), token.value());
    }
    StringBuilder out = new StringBuilder(token.text());
    while (stream.current().is(Kind.STRING)) {
      out.append(stream.take().text());
    }
    return new Literal(token.at(), out.toString());
  }

  private Expr list(int at) {
    List<Expr> elements = new ArrayList<>();
    while (!stream.current().isOperator("]")) {
      if (!elements.isEmpty()) {
        stream.expectOperator(",");
        if (stream.current().isOperator("]")) {
          break;
        }
      }
      elements.add(expression());
    }
    stream.expectOperator("]");
    return new Expressions.Sequence(at, elements, false);
  }

  private Expr dict(int at) {
    List<Expr> keys = new ArrayList<>();
    List<Expr> values = new ArrayList<>();
    while (!stream.current().isOperator("}")) {
      if (!keys.isEmpty()) {
        stream.expectOperator(",");
        if (stream.current().isOperator("}")) {
          break;
        }
      }
      keys.add(expression());
      stream.expectOperator(":");
      values.add(expression());
    }
    stream.expectOperator("}");
    return new Expressions.Dict(at, keys, values);
  }

  /** Parses one expression, or several with commas between that make a tuple. */
  Expr tuple(boolean withConditional, boolean inParentheses) {
    int at = stream.current().at();
    List<Expr> elements = new ArrayList<>();
    boolean several = false;
    while (!isTupleEnd()) {
      elements.add(expression(withConditional));
      if (!stream.skipOperator(",")) {
        break;
      }
      several = true;
    }
    if (!several) {
      if (!elements.isEmpty()) {
        return elements.get(0);
      }
      if (!inParentheses) {
        throw stream.expected("an expression");
      }
    }
    return new Expressions.Sequence(at, elements, true);
  }

  private boolean isTupleEnd() {
    Token token = stream.current();
    return token.is(Kind.VARIABLE_END)
        || token.is(Kind.BLOCK_END)
        || token.isOperator(")")
        || token.isName("recursive");
  }

  private Expr postfix(Expr operand) {
    Expr expr = operand;
    while (true) {
      Token token = stream.current();
      if (token.isOperator(".") || token.isOperator("[")) {
        expr = operands.subscript(expr);
      } else if (token.isOperator("(")) {
        expr = new Calls.Call(token.at(), expr, operands.arguments());
      } else {
        return expr;
      }
    }
  }

  private Expr filtered(Expr operand) {
    Expr expr = operand;
    while (true) {
      Token token = stream.current();
      if (token.isOperator("|")) {
        stream.take();
        expr = filter(expr);
      } else if (token.isName("is")) {
        stream.take();
        expr = test(expr, token.at());
      } else if (token.isOperator("(")) {
        expr = new Calls.Call(token.at(), expr, operands.arguments());
      } else {
        return expr;
      }
    }
  }

  Calls.Filter filter(@Nullable Expr operand) {
    Token token = stream.current();
    int at = token.at();
    String name = dotted("the name of a filter");
    Filters.Function function = Filters.find(name);
    if (function == null) {
      function = (v, a, r) -> missing("filter", name);
      unknown("filter", name, token);
    }
    Calls.Args args = stream.current().isOperator("(") ? operands.arguments() : Calls.Args.NONE;
    return new Calls.Filter(at, operand, function, args);
  }

  private static Object missing(String what, String name) {
    throw JinjaException.value("there is no " + what + " named '" + name + "'");
  }

  private void unknown(String what, String name, Token token) {
    if (conditions == 0) {
      unknown.add(new Unknown(what, name, token));
    }
  }

  /** Refuses filters and tests that do not exist, outside of conditions. */
  void finish() {
    if (!unknown.isEmpty()) {
      Unknown first = unknown.get(0);
      throw stream.fail(
          "there is no " + first.what() + " named '" + first.name() + "'", first.token());
    }
  }

  private String dotted(String what) {
    StringBuilder name = new StringBuilder(stream.expect(Kind.NAME, what).text());
    while (stream.skipOperator(".")) {
      name.append('.').append(stream.expect(Kind.NAME, "a name").text());
    }
    return name.toString();
  }

  private Expr test(Expr operand, int at) {
    boolean negated = stream.skipName("not");
    Token token = stream.current();
    String name = dotted("the name of a test");
    Tests.Function function = Tests.find(name);
    if (function == null) {
      function = (v, a, r) -> missing("test", name) == null;
      unknown("test", name, token);
    }
    Calls.Args args = Calls.Args.NONE;
    if (stream.current().isOperator("(")) {
      args = operands.arguments();
    } else if (beginsOperand(stream.current())) {
      if (stream.current().isName("is")) {
        throw stream.fail("tests cannot be chained with 'is'");
      }
      args = new Calls.Args(List.of(postfix(primary())), Map.of(), null, null);
    }
    Expr test = new Calls.Test(at, operand, function, args);
    return negated ? new Expressions.Not(at, test) : test;
  }

  private static boolean beginsOperand(Token token) {
    return switch (token.kind()) {
      case NAME -> !(token.isName("else") || token.isName("or") || token.isName("and"));
      case STRING, INTEGER, FLOAT -> true;
      case OPERATOR -> token.isOperator("[") || token.isOperator("{");
      default -> false;
    };
  }
}
