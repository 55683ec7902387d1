package io.tinker4j.conformance;

import io.tinker4j.transport.DecodeException;
import io.tinker4j.transport.operation.JsonCodec;
import java.io.IOException;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What is expected of a value: rules, all of which hold. */
final class ValueMatcher {
  static final Set<String> RULES =
      Set.of(
          ("type optional absent equals not_equals one_of matches contains size same_size_as"
                  + " at_least at_most above below close_to sum each claims")
              .split(" ", -1));

  private final Map<String, @Nullable Object> rules;

  private ValueMatcher(Map<String, @Nullable Object> rules) {
    this.rules = rules;
  }

  static ValueMatcher of(Spec spec) {
    Map<String, @Nullable Object> rules = spec.properties();
    if (rules.isEmpty() || !RULES.containsAll(rules.keySet())) {
      throw spec.mistake("expected rules of " + RULES + ", found " + rules.keySet());
    }
    return new ValueMatcher(rules);
  }

  private static ValueMatcher of(@Nullable Object rules) {
    return of(Spec.of("matcher", rules));
  }

  Set<String> rules() {
    return rules.keySet();
  }

  /** Returns whether the value, found in a document, is as expected. */
  boolean matches(@Nullable Object value, @Nullable Object document, Scope scope)
      throws IOException, InterruptedException {
    if (value == null && rules.containsKey("optional")) {
      return true;
    }
    for (Map.Entry<String, @Nullable Object> rule : rules.entrySet()) {
      if (!holds(rule.getKey(), scope.fill(rule.getValue()), value, document, scope)) {
        return false;
      }
    }
    return true;
  }

  private static boolean holds(
      String rule,
      @Nullable Object operand,
      @Nullable Object value,
      @Nullable Object document,
      Scope scope)
      throws IOException, InterruptedException {
    return switch (rule) {
      case "type", "optional" -> isOfType(value, operand);
      case "absent" -> (value == null) == Boolean.TRUE.equals(operand);
      case "equals" -> isSame(value, operand);
      case "not_equals" -> !isSame(value, operand);
      case "one_of" -> contains(operand, value);
      case "matches" -> value instanceof String text && text.matches(String.valueOf(operand));
      case "contains" -> contains(value, operand);
      case "size" -> hasSize(value, operand, scope);
      case "same_size_as" -> {
        int size = size(value);
        yield size >= 0 && size == size(Pointer.find(document, String.valueOf(operand)));
      }
      case "at_least" -> number(value) >= number(operand);
      case "at_most" -> number(value) <= number(operand);
      case "above" -> number(value) > number(operand);
      case "below" -> number(value) < number(operand);
      case "close_to" -> isClose(number(value), Spec.of(rule, operand));
      case "sum" -> isSum(value, Spec.of(rule, operand));
      case "each" -> eachMatches(value, Spec.properties(rule, operand), scope);
      case "claims" ->
          value instanceof String text
              && allMatch(claims(text), Spec.properties(rule, operand), scope);
      default -> throw new IllegalArgumentException("there is no rule " + rule);
    };
  }

  private static boolean isOfType(@Nullable Object value, @Nullable Object type) {
    return switch (String.valueOf(type)) {
      case "string" -> value instanceof String;
      case "number" -> value instanceof Number;
      case "boolean" -> value instanceof Boolean;
      case "array" -> value instanceof List<?>;
      case "object" -> value instanceof Map<?, ?>;
      default -> throw new IllegalArgumentException("there is no type " + type);
    };
  }

  private static boolean isSame(@Nullable Object a, @Nullable Object b) {
    return (a instanceof Number && b instanceof Number)
        ? Double.compare(number(a), number(b)) == 0
        : a != null && a.equals(b);
  }

  private static boolean contains(@Nullable Object list, @Nullable Object value) {
    return list instanceof List<?> values && values.stream().anyMatch(each -> isSame(value, each));
  }

  /** NaN, of which no comparison is true, unless it is a number. */
  private static double number(@Nullable Object value) {
    return value instanceof Number number ? number.doubleValue() : Double.NaN;
  }

  private static int size(@Nullable Object value) {
    return value instanceof List<?> list ? list.size() : -1;
  }

  private static boolean hasSize(@Nullable Object value, @Nullable Object operand, Scope scope)
      throws IOException, InterruptedException {
    int size = size(value);
    return size >= 0
        && (operand instanceof Number
            ? isSame(size, operand)
            : of(operand).matches(size, null, scope));
  }

  private static boolean isClose(double value, Spec rule) {
    double target =
        number(rule.value("value")) * (rule.has("times") ? number(rule.value("times")) : 1);
    double within = number(rule.value("within"));
    rule.end();
    return Math.abs(value - target) <= within * Math.abs(target);
  }

  private static boolean isSum(@Nullable Object value, Spec rule) {
    String of = rule.text("of");
    double expected = number(rule.value("is"));
    rule.end();
    return value instanceof List<?> list
        && list.stream().mapToDouble(each -> number(Pointer.find(each, of))).sum() == expected;
  }

  private static boolean eachMatches(
      @Nullable Object value, Map<String, @Nullable Object> matchers, Scope scope)
      throws IOException, InterruptedException {
    if (!(value instanceof List<?> list)) {
      return false;
    }
    for (Object element : list) {
      if (!allMatch(element, matchers, scope)) {
        return false;
      }
    }
    return true;
  }

  private static boolean allMatch(
      @Nullable Object document, Map<String, @Nullable Object> matchers, Scope scope)
      throws IOException, InterruptedException {
    for (Map.Entry<String, @Nullable Object> each : matchers.entrySet()) {
      if (!of(each.getValue()).matches(Pointer.find(document, each.getKey()), document, scope)) {
        return false;
      }
    }
    return true;
  }

  /** The claims of a JSON Web Token; null when the text is none. */
  private static @Nullable Map<String, @Nullable Object> claims(String token) {
    String[] parts = token.split("\\.", -1);
    if (parts.length != 3) {
      return null;
    }
    try {
      return JsonCodec.readMap(Base64.getUrlDecoder().decode(parts[1]));
    } catch (DecodeException | IllegalArgumentException e) {
      return null;
    }
  }

  @Override
  public String toString() {
    return rules.toString();
  }
}
