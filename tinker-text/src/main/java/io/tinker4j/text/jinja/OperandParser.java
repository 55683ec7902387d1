package io.tinker4j.text.jinja;

import io.tinker4j.text.jinja.Expressions.Literal;
import io.tinker4j.text.jinja.Token.Kind;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Parses what stands behind an operand: attributes, keys, slices and arguments. */
final class OperandParser {
  private final TokenStream stream;
  private final ExpressionParser expressions;

  OperandParser(TokenStream stream, ExpressionParser expressions) {
    this.stream = stream;
    this.expressions = expressions;
  }

  Expr subscript(Expr owner) {
    Token token = stream.take();
    if (token.text().equals(".")) {
      Token name = stream.take();
      return switch (name.kind()) {
        case NAME -> new Expressions.Attribute(name.at(), owner, name.text());
        case INTEGER ->
            new Expressions.Item(name.at(), owner, new Literal(name.at(), name.value()));
        default ->
            throw stream.fail("expected a name or a number after '.', met " + name.shown(), name);
      };
    }
    List<Expr> keys = new ArrayList<>();
    Expr result = null;
    while (!stream.current().isOperator("]")) {
      if (!keys.isEmpty() || result != null) {
        stream.expectOperator(",");
      }
      result = key(token.at(), owner, keys);
    }
    stream.expectOperator("]");
    if (result != null) {
      if (!keys.isEmpty()) {
        throw stream.fail("a slice together with other keys is not supported");
      }
      return result;
    }
    Expr key = keys.size() == 1 ? keys.get(0) : new Expressions.Sequence(token.at(), keys, true);
    return new Expressions.Item(token.at(), owner, key);
  }

  /** Adds a key, or returns a slice. */
  private @Nullable Expr key(int at, Expr owner, List<Expr> keys) {
    Expr none = new Literal(at, None.NONE);
    Expr start = none;
    if (!stream.current().isOperator(":")) {
      start = expressions.expression();
      if (!stream.current().isOperator(":")) {
        keys.add(start);
        return null;
      }
    }
    stream.expectOperator(":");
    Expr stop = isSliceEnd() ? none : expressions.expression();
    Expr step = none;
    if (stream.skipOperator(":") && !isSliceEnd()) {
      step = expressions.expression();
    }
    return new Expressions.Slice(at, owner, start, stop, step);
  }

  private boolean isSliceEnd() {
    Token token = stream.current();
    return token.isOperator(":") || token.isOperator("]") || token.isOperator(",");
  }

  Calls.Args arguments() {
    stream.expectOperator("(");
    List<Expr> positional = new ArrayList<>();
    Map<String, Expr> named = new LinkedHashMap<>();
    @Nullable Expr rest = null;
    @Nullable Expr namedRest = null;
    boolean first = true;
    while (!stream.current().isOperator(")")) {
      if (!first) {
        stream.expectOperator(",");
        if (stream.current().isOperator(")")) {
          break;
        }
      }
      first = false;
      if (namedRest == null && stream.skipOperator("**")) {
        namedRest = expressions.expression();
      } else if (rest == null && namedRest == null && stream.skipOperator("*")) {
        rest = expressions.expression();
      } else if (namedRest == null
          && stream.current().is(Kind.NAME)
          && stream.look().isOperator("=")) {
        named(named);
      } else if (rest == null && namedRest == null && named.isEmpty()) {
        positional.add(expressions.expression());
      } else {
        throw stream.fail("arguments in the wrong order: plain ones come first, then named ones");
      }
    }
    stream.expectOperator(")");
    return new Calls.Args(positional, named, rest, namedRest);
  }

  private void named(Map<String, Expr> named) {
    String name = stream.take().text();
    stream.take();
    if (named.put(name, expressions.expression()) != null) {
      throw stream.fail("the argument '" + name + "' is given twice");
    }
  }
}
