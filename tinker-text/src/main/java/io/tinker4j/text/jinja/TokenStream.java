package io.tinker4j.text.jinja;

import io.tinker4j.text.jinja.Token.Kind;
import java.util.List;

/** The tokens of a template, one after the other. */
final class TokenStream {
  private final List<Token> tokens;
  private int next;
  private int failedAt = -1;

  TokenStream(List<Token> tokens) {
    this.tokens = tokens;
  }

  Token current() {
    return tokens.get(next);
  }

  Token look() {
    return tokens.get(Math.min(next + 1, tokens.size() - 1));
  }

  /** Returns how many tokens are behind. */
  int taken() {
    return next;
  }

  Token take() {
    Token token = current();
    if (!token.is(Kind.END)) {
      next++;
    }
    return token;
  }

  boolean skipOperator(String operator) {
    boolean found = current().isOperator(operator);
    if (found) {
      take();
    }
    return found;
  }

  boolean skipName(String name) {
    boolean found = current().isName(name);
    if (found) {
      take();
    }
    return found;
  }

  Token expect(Kind kind, String shown) {
    if (!current().is(kind)) {
      throw expected(shown);
    }
    return take();
  }

  void expectOperator(String operator) {
    if (!skipOperator(operator)) {
      throw expected("'" + operator + "'");
    }
  }

  void expectName(String name) {
    if (!skipName(name)) {
      throw expected("'" + name + "'");
    }
  }

  JinjaException expected(String shown) {
    return fail("expected " + shown + ", met " + current().shown());
  }

  /** Returns a failure at a token that was taken already. */
  JinjaException fail(String message, Token token) {
    failedAt = token.at();
    return fail(message);
  }

  /** Returns the offset of what failed. */
  int failedAt() {
    return failedAt >= 0 ? failedAt : current().at();
  }

  JinjaException fail(String message) {
    return JinjaException.of(JinjaException.Kind.SYNTAX, message);
  }
}
