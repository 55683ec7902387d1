package io.tinker4j.text.jinja;

import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntPredicate;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** The methods of Python's {@code str}. */
final class TextMethods {
  /** A method. */
  interface Method {
    Object call(String self, Arguments arguments, Render render);
  }

  private static final Map<String, Method> ALL = all();

  private TextMethods() {}

  static @Nullable Method find(String name) {
    return ALL.get(name);
  }

  private static Map<String, Method> all() {
    Map<String, Method> all = new HashMap<>();
    cases(all);
    tests(all);
    searches(all);
    cuts(all);
    pads(all);
    all.put("join", TextMethods::join);
    all.put("replace", TextMethods::replace);
    all.put("format", (s, a, r) -> BraceFormat.format(s, a, r));
    all.put("format_map", TextMethods::formatMap);
    for (String name : List.of("encode", "maketrans", "translate")) {
      all.put(
          name,
          (s, a, r) -> {
            throw JinjaException.type("the method '" + name + "' of strings is not supported");
          });
    }
    return Map.copyOf(all);
  }

  private static void plain(Map<String, Method> all, String name, UnaryOperator<String> body) {
    all.put(
        name,
        (s, a, r) -> {
          a.only(name, 0, 0);
          return r.charged(body.apply(s));
        });
  }

  private static void cases(Map<String, Method> all) {
    plain(all, "upper", PyText::upper);
    plain(all, "lower", PyText::lower);
    plain(all, "casefold", s -> PyText.lower(s).replace("ß", "ss"));
    plain(all, "title", PyText::title);
    plain(all, "capitalize", PyText::capitalize);
    plain(all, "swapcase", TextMethods::swapCase);
  }

  private static String swapCase(String text) {
    StringBuilder out = new StringBuilder();
    text.codePoints()
        .mapToObj(c ->
            Character.isUpperCase(c)
                ? PyText.lower(Character.toString(c))
                : PyText.upper(Character.toString(c)))
        .forEach(out::append);
    return out.toString();
  }

  private static void test(Map<String, Method> all, String name, IntPredicate every) {
    all.put(
        name,
        (s, a, r) -> {
          a.only(name, 0, 0);
          return !s.isEmpty() && s.codePoints().allMatch(every);
        });
  }

  private static void tests(Map<String, Method> all) {
    test(all, "isalpha", Character::isLetter);
    test(all, "isalnum", c -> Character.isLetterOrDigit(c) || isNumeric(c));
    test(all, "isdigit", c -> Character.isDigit(c) || isSuperscript(c));
    test(all, "isdecimal", Character::isDigit);
    test(all, "isnumeric", TextMethods::isNumeric);
    test(all, "isspace", PyText::isSpace);
    all.put("isascii", (s, a, r) -> s.chars().allMatch(c -> c < 128));
    all.put("isprintable", (s, a, r) -> s.codePoints().allMatch(Repr::isPrintable));
    all.put(
        "isidentifier",
        (s, a, r) ->
            !s.isEmpty()
                && (Character.isLetter(s.codePointAt(0)) || s.charAt(0) == '_')
                && s.codePoints().allMatch(c -> c == '_' || Character.isLetterOrDigit(c)));
    all.put("islower", (s, a, r) -> isCased(s, true));
    all.put("isupper", (s, a, r) -> isCased(s, false));
    all.put(
        "istitle",
        (s, a, r) -> s.equals(PyText.title(s)) && s.codePoints().anyMatch(Character::isLetter));
  }

  private static boolean isNumeric(int c) {
    int type = Character.getType(c);
    return type == Character.DECIMAL_DIGIT_NUMBER
        || type == Character.LETTER_NUMBER
        || type == Character.OTHER_NUMBER;
  }

  private static boolean isSuperscript(int c) {
    return c == 0xb2
        || c == 0xb3
        || c == 0xb9
        || (c >= 0x2070 && c <= 0x2079)
        || (c >= 0x2080 && c <= 0x2089);
  }

  /** Returns whether all letters that have a case are lower, or upper, and there is one. */
  static boolean isCased(String text, boolean lower) {
    return text.codePoints().anyMatch(lower ? Character::isLowerCase : Character::isUpperCase)
        && text.codePoints()
            .noneMatch(c ->
                Character.isTitleCase(c)
                    || (lower ? Character.isUpperCase(c) : Character.isLowerCase(c)));
  }

  private static void searches(Map<String, Method> all) {
    all.put("find", (s, a, r) -> find("find", s, a, false));
    all.put("rfind", (s, a, r) -> find("rfind", s, a, true));
    all.put("index", (s, a, r) -> found(find("index", s, a, false)));
    all.put("rindex", (s, a, r) -> found(find("rindex", s, a, true)));
    all.put("count", TextMethods::count);
    all.put("startswith", (s, a, r) -> affix("startswith", s, a, true));
    all.put("endswith", (s, a, r) -> affix("endswith", s, a, false));
  }

  private static Object found(Long index) {
    if (index < 0) {
      throw JinjaException.value("substring not found");
    }
    return index;
  }

  static int integer(Object value) {
    if (!Numbers.isInteger(value)) {
      Values.failOnUndefined(value);
      throw JinjaException.type(
          "'%s' object cannot be interpreted as an integer".formatted(Values.typeName(value)));
    }
    return Numbers.index(value);
  }

  static String text(Object value, String what) {
    String text = Values.string(value);
    if (text == null) {
      Values.failOnUndefined(value);
      throw JinjaException.type(what + " must be str, not " + Values.typeName(value));
    }
    return text;
  }

  /** Returns the offsets of the range that further arguments name, or null if it is empty. */
  private static int @Nullable [] range(String self, Arguments arguments) {
    int length = PyText.length(self);
    int[] range = {0, length};
    for (int i = 1; i < arguments.count(); i++) {
      if (arguments.get(i) != None.NONE) {
        int at = integer(arguments.get(i));
        range[i - 1] = at < 0 ? Math.max(0, at + length) : at;
      }
    }
    range[1] = Math.min(range[1], length);
    if (range[0] > range[1]) {
      return null;
    }
    return new int[] {PyText.offset(self, range[0]), PyText.offset(self, range[1])};
  }

  private static Long find(String name, String self, Arguments arguments, boolean last) {
    arguments.only(name, 1, 3);
    String part = text(arguments.get(0), "the text to find");
    int[] range = range(self, arguments);
    if (range == null) {
      return -1L;
    }
    String window = self.substring(range[0], range[1]);
    int at = last ? window.lastIndexOf(part) : window.indexOf(part);
    return at < 0 ? -1L : self.codePointCount(0, range[0] + at);
  }

  private static Object count(String self, Arguments arguments, Render render) {
    arguments.only("count", 1, 3);
    String part = text(arguments.get(0), "the text to count");
    int[] range = range(self, arguments);
    if (range == null) {
      return 0L;
    }
    String window = self.substring(range[0], range[1]);
    if (part.isEmpty()) {
      return PyText.length(window) + 1L;
    }
    long count = 0;
    for (int i = window.indexOf(part); i >= 0; i = window.indexOf(part, i + part.length())) {
      count++;
    }
    return count;
  }

  private static Object affix(String name, String self, Arguments arguments, boolean start) {
    arguments.only(name, 1, 3);
    Object given = arguments.get(0);
    int[] range = range(self, arguments);
    List<?> choices = given instanceof Tuple tuple ? tuple : List.of(given);
    boolean matches = false;
    for (Object choice : choices) {
      String affix = text(Values.in(choice), name + " first arg");
      if (range != null) {
        String window = self.substring(range[0], range[1]);
        matches |= start ? window.startsWith(affix) : window.endsWith(affix);
      }
    }
    return matches;
  }

  private static void cuts(Map<String, Method> all) {
    all.put("strip", (s, a, r) -> strip("strip", s, a, true, true));
    all.put("lstrip", (s, a, r) -> strip("lstrip", s, a, true, false));
    all.put("rstrip", (s, a, r) -> strip("rstrip", s, a, false, true));
    all.put("split", (s, a, r) -> split("split", s, a, r, false));
    all.put("rsplit", (s, a, r) -> split("rsplit", s, a, r, true));
    all.put("splitlines", TextMethods::splitLines);
    all.put("partition", (s, a, r) -> partition("partition", s, a, false));
    all.put("rpartition", (s, a, r) -> partition("rpartition", s, a, true));
    all.put(
        "removeprefix",
        (s, a, r) -> {
          a.only("removeprefix", 1, 1);
          String prefix = text(a.get(0), "the prefix");
          return s.startsWith(prefix) ? s.substring(prefix.length()) : s;
        });
    all.put(
        "removesuffix",
        (s, a, r) -> {
          a.only("removesuffix", 1, 1);
          String suffix = text(a.get(0), "the suffix");
          return s.endsWith(suffix) ? s.substring(0, s.length() - suffix.length()) : s;
        });
  }

  private static String strip(String name, String self, Arguments a, boolean left, boolean right) {
    a.only(name, 0, 1);
    String text = self;
    if (a.count() == 0 || a.get(0) == None.NONE) {
      text = right ? PyText.rstrip(text) : text;
      return left ? PyText.lstrip(text) : text;
    }
    String set = text(a.get(0), name + " arg");
    text = right ? PyText.rstrip(text, set) : text;
    return left ? PyText.lstrip(text, set) : text;
  }

  private static Object split(String name, String self, Arguments a, Render r, boolean last) {
    @Nullable Object[] bound = a.bind(name, 0, "sep", "maxsplit");
    Object separator = bound[0];
    Object given = bound[1];
    int most = given == null ? -1 : integer(given);
    most = most < 0 ? Integer.MAX_VALUE : most;
    List<Object> parts;
    if (separator == null || separator == None.NONE) {
      parts = last ? Splits.spaceFromEnd(self, most) : Splits.space(self, most);
    } else {
      String by = text(separator, "the separator");
      if (by.isEmpty()) {
        throw JinjaException.value("empty separator");
      }
      parts = last ? Splits.fromEnd(self, by, most) : Splits.by(self, by, most);
    }
    r.steps(parts.size() + (self.length() >> 2));
    return parts;
  }

  private static Object splitLines(String self, Arguments arguments, Render render) {
    @Nullable Object[] bound = arguments.bind("splitlines", 0, "keepends");
    Object keep = bound[0];
    List<Object> lines = Splits.lines(self, keep != null && Values.truth(keep));
    render.steps(lines.size() + (self.length() >> 2));
    return lines;
  }

  private static Object partition(String name, String self, Arguments arguments, boolean last) {
    arguments.only(name, 1, 1);
    String by = text(arguments.get(0), "the separator");
    if (by.isEmpty()) {
      throw JinjaException.value("empty separator");
    }
    int at = last ? self.lastIndexOf(by) : self.indexOf(by);
    if (at < 0) {
      return last ? Tuple.of("", "", self) : Tuple.of(self, "", "");
    }
    return Tuple.of(self.substring(0, at), by, self.substring(at + by.length()));
  }

  private static void pads(Map<String, Method> all) {
    all.put("center", (s, a, r) -> pad("center", s, a, r));
    all.put("ljust", (s, a, r) -> pad("ljust", s, a, r));
    all.put("rjust", (s, a, r) -> pad("rjust", s, a, r));
    all.put("zfill", TextMethods::zeroFill);
    all.put("expandtabs", TextMethods::expandTabs);
  }

  private static String pad(String name, String self, Arguments arguments, Render render) {
    arguments.only(name, 1, 2);
    int missing = integer(arguments.get(0)) - PyText.length(self);
    String fill = arguments.count() == 2 ? text(arguments.get(1), "the fill character") : " ";
    if (PyText.length(fill) != 1) {
      throw JinjaException.type("The fill character must be exactly one character long");
    }
    if (missing <= 0) {
      return self;
    }
    render.charge(self.length() + (long) missing * fill.length());
    int width = missing + PyText.length(self);
    int left =
        switch (name) {
          case "ljust" -> 0;
          case "rjust" -> missing;
          default -> missing / 2 + (missing & width & 1);
        };
    return fill.repeat(left) + self + fill.repeat(missing - left);
  }

  private static String zeroFill(String self, Arguments arguments, Render render) {
    arguments.only("zfill", 1, 1);
    int missing = integer(arguments.get(0)) - PyText.length(self);
    if (missing <= 0) {
      return self;
    }
    render.charge(self.length() + (long) missing);
    boolean signed = self.startsWith("-") || self.startsWith("+");
    String zeros = "0".repeat(missing);
    return signed ? self.charAt(0) + zeros + self.substring(1) : zeros + self;
  }

  private static String expandTabs(String self, Arguments arguments, Render render) {
    @Nullable Object[] bound = arguments.bind("expandtabs", 0, "tabsize");
    int size = bound[0] == null ? 8 : integer(bound[0]);
    StringBuilder out = new StringBuilder();
    int column = 0;
    for (int i = 0; i < self.length(); i++) {
      char c = self.charAt(i);
      if (c == '\t') {
        int spaces = size > 0 ? size - column % size : 0;
        render.charge(out.length() + (long) spaces);
        out.repeat(' ', spaces);
        column += spaces;
      } else {
        out.append(c);
        column = c == '\n' || c == '\r' ? 0 : column + (Character.isLowSurrogate(c) ? 0 : 1);
      }
    }
    return out.toString();
  }

  private static String join(String self, Arguments arguments, Render render) {
    arguments.only("join", 1, 1);
    StringBuilder out = new StringBuilder();
    int i = 0;
    for (Object element : Values.elements(arguments.get(0), render)) {
      Object value = Values.in(element);
      String text = Values.string(value);
      if (text == null) {
        throw JinjaException.type(
            "sequence item %d: expected str instance, %s found"
                .formatted(i, Values.typeName(value)));
      }
      if (i++ > 0) {
        out.append(self);
      }
      out.append(text);
      render.charge(text.length() + self.length());
    }
    return render.charged(out.toString());
  }

  private static String replace(String self, Arguments arguments, Render render) {
    arguments.only("replace", 2, 3);
    String old = text(arguments.get(0), "replace() argument 1");
    String fresh = text(arguments.get(1), "replace() argument 2");
    int most = arguments.count() == 3 ? integer(arguments.get(2)) : -1;
    return replace(self, old, fresh, most, render);
  }

  static String replace(String self, String old, String fresh, int most, Render render) {
    int left = most < 0 ? Integer.MAX_VALUE : most;
    StringBuilder out = new StringBuilder();
    int from = 0;
    int search = 0;
    while (left > 0) {
      int at = old.isEmpty() ? search : self.indexOf(old, search);
      if (at < 0 || at > self.length()) {
        break;
      }
      out.append(self, from, at).append(fresh);
      render.room(out.length());
      render.steps(fresh.length() >> 2);
      from = at + old.length();
      search = old.isEmpty() ? next(self, at) : from;
      left--;
    }
    return render.charged(
        from == 0 && out.isEmpty() ? self : out.append(self, from, self.length()).toString());
  }

  private static int next(String text, int at) {
    return at >= text.length() ? at + 1 : at + Character.charCount(text.codePointAt(at));
  }

  private static Object formatMap(String self, Arguments arguments, Render render) {
    arguments.only("format_map", 1, 1);
    if (!(arguments.get(0) instanceof Map<?, ?> map)) {
      throw JinjaException.type("format_map() takes a mapping");
    }
    Map<String, Object> named = new HashMap<>();
    map.forEach((k, v) -> named.put(String.valueOf(k), Values.in(v)));
    return BraceFormat.format(self, new Arguments(Collections.emptyList(), named), render);
  }
}
