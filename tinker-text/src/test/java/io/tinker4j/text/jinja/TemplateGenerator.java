package io.tinker4j.text.jinja;

import java.util.List;
import java.util.Random;

/** Makes templates that are nearly in the language, or are, or are recorded ones with changes. */
final class TemplateGenerator {
  private static final List<String> NAMES =
      List.of("s", "l", "d", "ms", "n", "i", "f", "x", "ns", "loop", "u", "big", "m", "caller");
  private static final List<String> OPERATORS =
      List.of(
          "+", "-", "*", "/", "//", "%", "**", "~", "==", "<", ">=", "!=", "in", "not in", "and",
          "or");
  private static final List<String> LITERALS =
      List.of(
          "1",
          "0",
          "-1",
          "2.5",
          "'a'",
          "\"b\"",
          "none",
          "true",
          "[]",
          "{}",
          "()",
          "99999999999",
          "'%s'",
          "'{}'",
          "1e308");
  private static final List<String> FILTERS =
      List.of(
          "upper",
          "join(',')",
          "list",
          "length",
          "tojson(indent=2)",
          "first",
          "last",
          "sort",
          "map('upper')",
          "map(attribute='role')",
          "selectattr('role')",
          "select('odd')",
          "batch(2)",
          "replace('a','bb')",
          "int",
          "float",
          "round(2)",
          "sum",
          "unique",
          "reverse",
          "indent(99)",
          "default('d')",
          "string",
          "center(999)",
          "format(1)",
          "groupby('role')",
          "dictsort",
          "trim",
          "truncate(5)",
          "urlencode",
          "items",
          "slice(3)",
          "min",
          "max",
          "abs",
          "e",
          "safe",
          "nope");
  private static final List<String> TESTS =
      List.of(
          "defined",
          "none",
          "string",
          "mapping",
          "odd",
          "in l",
          "eq 1",
          "divisibleby 3",
          "lt 'a'",
          "nope");
  private static final List<String> METHODS =
      List.of(
          ".upper()",
          ".split('a')",
          ".items()",
          ".get('a')",
          ".append(1)",
          ".format(s, l)",
          ".role",
          ".content",
          "[0]",
          "[-1]",
          "[1:]",
          "[::-1]",
          "['a']",
          "(1)",
          ".replace('', s)",
          ".zfill(9999)",
          ".join(l)",
          ".__class__",
          ".splitlines()",
          ".nope",
          ".count(s)",
          ".ljust(99999999)");
  private static final String CHARACTERS = "{}%#-+()[]'\"|.,:~=<>*/ \n\\0aé\ud83d";

  private final Random random;
  private final List<String> recorded;

  TemplateGenerator(Random random, List<String> recorded) {
    this.random = random;
    this.recorded = recorded;
  }

  String next() {
    switch (random.nextInt(4)) {
      case 0 -> {
        return mutated(pick(recorded));
      }
      case 1 -> {
        return pick(recorded) + pick(recorded);
      }
      default -> {}
    }
    String template = block(random.nextInt(1, 4));
    return random.nextInt(4) == 0 ? mutated(template) : template;
  }

  private String pick(List<String> choices) {
    return choices.get(random.nextInt(choices.size()));
  }

  private String block(int depth) {
    StringBuilder out = new StringBuilder();
    for (int i = random.nextInt(1, 4); i > 0; i--) {
      out.append(statement(depth));
    }
    return out.toString();
  }

  private String statement(int depth) {
    String sign = random.nextInt(4) == 0 ? "-" : "";
    if (depth <= 0) {
      return "{{" + sign + " " + expression(2) + " }}";
    }
    String inner = block(depth - 1);
    String e = expression(2);
    return switch (random.nextInt(14)) {
      case 0 -> "{%" + sign + " if " + e + " %}" + inner + "{% else %}" + inner + "{% endif %}";
      case 1 -> "{% for x in " + e + " %}" + inner + "{% endfor %}";
      case 2 -> "{% for x in range(9) if " + e + " %}" + inner + "{% endfor %}";
      case 3 -> "{% for x in l recursive %}" + inner + "{{ loop(" + e + ") }}{% endfor %}";
      case 4 -> "{% set x = " + e + " %}" + inner;
      case 5 ->
          "{% set ns = namespace(a="
              + e
              + ") %}{% for i in range(40) %}{% set ns.a = ns.a + ns.a %}{% endfor %}";
      case 6 ->
          "{% macro m(a, b=" + e + ") %}" + inner + "{% endmacro %}{{ m(" + expression(1) + ") }}";
      case 7 -> "{% macro m() %}{{ m() }}" + inner + "{% endmacro %}{{ m() }}";
      case 8 -> "{% call(v) m(" + e + ") %}" + inner + "{% endcall %}";
      case 9 ->
          "{% set x %}" + inner + "{% endset %}{% filter upper %}" + inner + "{% endfilter %}";
      case 10 -> "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}";
      case 11 -> "{% with x = " + e + " %}" + inner + "{% endwith %}";
      case 12 -> "text\n  {% generation %}" + inner + "{% endgeneration %}{# c #}";
      default -> "{{" + sign + " " + e + " " + sign + "}}";
    };
  }

  private String expression(int depth) {
    if (depth <= 0) {
      return random.nextBoolean() ? pick(NAMES) : pick(LITERALS);
    }
    String inner = expression(depth - 1);
    return switch (random.nextInt(9)) {
      case 0 -> inner + " " + pick(OPERATORS) + " " + expression(depth - 1);
      case 1 -> inner + "|" + pick(FILTERS);
      case 2 -> inner + " is " + pick(TESTS);
      case 3 -> pick(NAMES) + pick(METHODS);
      case 4 -> "(" + inner + ")" + pick(METHODS);
      case 5 -> "[" + inner + ", " + expression(depth - 1) + "]";
      case 6 -> "{'a': " + inner + "}";
      case 7 -> inner + " if " + expression(depth - 1) + " else " + expression(depth - 1);
      default -> "not " + inner;
    };
  }

  private String mutated(String template) {
    StringBuilder out = new StringBuilder(template);
    for (int i = random.nextInt(1, 4); i > 0 && !out.isEmpty(); i--) {
      int at = random.nextInt(out.length());
      int end = Math.min(out.length(), at + random.nextInt(1, 8));
      switch (random.nextInt(5)) {
        case 0 -> out.delete(at, end);
        case 1 -> out.insert(at, out.substring(at, end).repeat(random.nextInt(1, 40)));
        case 2 -> out.setCharAt(at, CHARACTERS.charAt(random.nextInt(CHARACTERS.length())));
        case 3 -> out.insert(at, pick(random.nextBoolean() ? OPERATORS : LITERALS));
        default -> out.insert(at, expression(2));
      }
    }
    return out.toString();
  }
}
