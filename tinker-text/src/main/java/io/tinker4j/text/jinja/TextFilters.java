package io.tinker4j.text.jinja;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Filters that make text of anything. */
final class TextFilters {
  private static final int TRUNCATE = 255;
  private static final int LEEWAY = 5;
  private static final int CENTER = 80;

  private TextFilters() {}

  static void add(Map<String, Filters.Function> all) {
    plain(all, "upper", PyText::upper);
    plain(all, "lower", PyText::lower);
    plain(all, "capitalize", PyText::capitalize);
    plain(all, "title", TextFilters::title);
    all.put("trim", TextFilters::trim);
    all.put("string", (v, a, r) -> v instanceof Markup ? v : r.charged(Values.text(v)));
    all.put("safe", (v, a, r) -> new Markup(r.charged(Values.text(v))));
    all.put("escape", (v, a, r) -> new Markup(r.charged(Markup.escaped(v))));
    all.put("e", (v, a, r) -> new Markup(r.charged(Markup.escaped(v))));
    all.put("forceescape", (v, a, r) -> new Markup(r.charged(Markup.escape(Values.text(v)))));
    all.put("replace", TextFilters::replace);
    all.put("indent", TextFilters::indent);
    all.put("format", TextFilters::format);
    all.put("center", TextFilters::center);
    all.put("truncate", TextFilters::truncate);
    all.put("wordcount", (v, a, r) -> wordCount(Values.text(v)));
    all.put("urlencode", TextFilters::urlEncode);
  }

  private static void plain(
      Map<String, Filters.Function> all, String name, UnaryOperator<String> body) {
    all.put(
        name,
        (v, a, r) -> {
          a.only(name, 0, 0);
          String text = r.charged(body.apply(Values.text(v)));
          return v instanceof Markup ? new Markup(text) : text;
        });
  }

  /** Capitalizes each word; words are cut at white space, hyphens and opening brackets. */
  private static String title(String text) {
    StringBuilder out = new StringBuilder(text.length());
    int start = 0;
    for (int i = 0; i <= text.length(); i++) {
      boolean cut = i == text.length() || isWordCut(text.charAt(i));
      if (cut) {
        String word = text.substring(start, i);
        int first = word.isEmpty() ? 0 : Character.charCount(word.codePointAt(0));
        out.append(PyText.upper(word.substring(0, first)))
            .append(PyText.lower(word.substring(first)));
        if (i < text.length()) {
          out.append(text.charAt(i));
        }
        start = i + 1;
      }
    }
    return out.toString();
  }

  private static boolean isWordCut(char c) {
    return PyText.isSpace(c) || c == '-' || c == '(' || c == '{' || c == '[' || c == '<';
  }

  private static Object trim(Object value, Arguments arguments, Render render) {
    @Nullable Object[] bound = arguments.bind("trim", 0, "chars");
    Object given = bound[0];
    String text = Values.text(value);
    if (given == null || given == None.NONE) {
      text = PyText.strip(text);
    } else {
      String set = TextMethods.text(given, "strip arg");
      text = PyText.lstrip(PyText.rstrip(text, set), set);
    }
    return value instanceof Markup ? new Markup(text) : text;
  }

  private static Object replace(Object value, Arguments arguments, Render render) {
    @Nullable Object[] bound = arguments.bind("replace", 2, "old", "new", "count");
    String old = Values.text(bound[0] == null ? "" : bound[0]);
    String fresh = Values.text(bound[1] == null ? "" : bound[1]);
    int most = bound[2] == null || bound[2] == None.NONE ? -1 : TextMethods.integer(bound[2]);
    return TextMethods.replace(Values.text(value), old, fresh, most, render);
  }

  private static Object indent(Object value, Arguments arguments, Render render) {
    @Nullable Object[] bound = arguments.bind("indent", 0, "width", "first", "blank");
    Object width = bound[0];
    String text = TextMethods.text(value, "the text to indent");
    String by = width == null ? "    " : Values.string(width);
    if (by == null && width != null) {
      int spaces = Math.max(0, TextMethods.integer(width));
      render.charge(spaces);
      by = " ".repeat(spaces);
    }
    String indention = by == null ? "" : by;
    boolean blank = Filters.isTrue(bound[2]);
    List<Object> lines = Splits.lines(text + "\n", false);
    StringBuilder out = new StringBuilder(Filters.isTrue(bound[1]) ? indention : "");
    for (int i = 0; i < lines.size(); i++) {
      String line = (String) lines.get(i);
      out.append(i == 0 ? "" : "\n");
      out.append(i > 0 && (blank || !line.isEmpty()) ? indention : "").append(line);
      render.room(out.length());
      render.steps(indention.length() >> 2);
    }
    String result = render.charged(out.toString());
    return value instanceof Markup ? new Markup(result) : result;
  }

  private static Object format(Object value, Arguments arguments, Render render) {
    if (arguments.count() > 0 && !arguments.named().isEmpty()) {
      throw JinjaException.type("can't handle positional and keyword arguments at the same time");
    }
    Object operand =
        arguments.named().isEmpty() ? new Tuple(arguments.positional()) : arguments.named();
    return PercentFormat.format(Values.text(value), operand, render);
  }

  private static Object center(Object value, Arguments arguments, Render render) {
    @Nullable Object[] bound = arguments.bind("center", 0, "width");
    Object width = bound[0] == null ? (Object) (long) CENTER : bound[0];
    Object method = Methods.of(Values.text(value), "center");
    return Calls.call(method == null ? None.NONE : method, Arguments.of(width), render);
  }

  private static Object truncate(Object value, Arguments arguments, Render render) {
    @Nullable Object[] bound =
        arguments.bind("truncate", 0, "length", "killwords", "end", "leeway");
    int length = bound[0] == null ? TRUNCATE : TextMethods.integer(bound[0]);
    String end = bound[2] == null ? "..." : TextMethods.text(bound[2], "end");
    int leeway = bound[3] == null || bound[3] == None.NONE ? LEEWAY : TextMethods.integer(bound[3]);
    if (length < PyText.length(end) || leeway < 0) {
      throw JinjaException.value("expected a length of at least " + PyText.length(end));
    }
    if (Values.length(value) <= (long) length + leeway) {
      return value;
    }
    String text = TextMethods.text(value, "the text to truncate");
    String cut = text.substring(0, PyText.offset(text, length - PyText.length(end)));
    if (!Filters.isTrue(bound[1])) {
      int space = cut.lastIndexOf(' ');
      cut = space < 0 ? cut : cut.substring(0, space);
    }
    return render.charged(cut + end);
  }

  private static Object wordCount(String text) {
    long count = 0;
    boolean inWord = false;
    for (int i = 0; i < text.length(); ) {
      int c = text.codePointAt(i);
      boolean word = c == '_' || Character.isLetterOrDigit(c);
      count += word && !inWord ? 1 : 0;
      inWord = word;
      i += Character.charCount(c);
    }
    return count;
  }

  private static Object urlEncode(Object value, Arguments arguments, Render render) {
    if (Values.isString(value) || !isPairs(value)) {
      return render.charged(quote(Values.text(value), false));
    }
    List<String> parts = new ArrayList<>();
    List<?> pairs =
        value instanceof Map<?, ?> map
            ? Methods.pairs(map, render)
            : Values.elements(value, render);
    for (Object pair : pairs) {
      List<?> both = Values.elements(Values.in(pair), render);
      if (both.size() != 2) {
        throw JinjaException.value("urlencode takes pairs");
      }
      String key = quote(Values.text(Values.in(both.get(0))), true);
      parts.add(render.charged(key + "=" + quote(Values.text(Values.in(both.get(1))), true)));
    }
    return render.charged(String.join("&", parts));
  }

  private static boolean isPairs(Object value) {
    return value instanceof Map<?, ?>
        || value instanceof List<?>
        || value instanceof DictView
        || value instanceof Generator
        || value instanceof Undefined;
  }

  private static String quote(String text, boolean query) {
    StringBuilder out = new StringBuilder(text.length());
    for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
      int c = b & 0xff;
      boolean plain =
          c < 128
              && (Character.isLetterOrDigit(c) || "_.-~".indexOf(c) >= 0 || (c == '/' && !query));
      if (plain) {
        out.append((char) c);
      } else if (c == ' ' && query) {
        out.append('+');
      } else {
        out.append('%').append(String.format("%02X", c));
      }
    }
    return out.toString();
  }
}
