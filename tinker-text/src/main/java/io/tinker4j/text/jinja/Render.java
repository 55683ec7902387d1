package io.tinker4j.text.jinja;

import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The state of one rendering: output, variables, and what is left of the limits. */
final class Render {
  private final JinjaLimits limits;
  private final Supplier<ZonedDateTime> now;
  private final Map<String, ?> variables;
  private final @Nullable Object[] context;
  private final StringBuilder root = new StringBuilder(512);
  private final List<JinjaTemplate.Span> spans = new ArrayList<>();
  private StringBuilder out = root;
  private long steps;
  private int nesting;

  /** Offset in the template of what is evaluated, for errors. */
  int at;

  Render(
      JinjaLimits limits, Supplier<ZonedDateTime> now, Map<String, ?> variables, int contextNames) {
    this.limits = limits;
    this.now = now;
    this.variables = variables;
    this.context = new @Nullable Object[contextNames];
    this.steps = limits.steps();
  }

  void step() {
    if (--steps < 0) {
      throw tooManySteps();
    }
  }

  void steps(long count) {
    steps -= count;
    if (steps < 0) {
      throw tooManySteps();
    }
  }

  private JinjaException tooManySteps() {
    return JinjaException.limit("the template takes more than " + limits.steps() + " steps");
  }

  /** Refuses a text of more than the limit. */
  void room(long length) {
    if (length > limits.textLength()) {
      throw JinjaException.limit("a text of more than " + limits.textLength() + " characters");
    }
  }

  /** Counts a text that is about to be made. */
  void charge(long length) {
    room(length);
    steps(length >> 2);
  }

  /** Counts a text that was made, and returns it. */
  String charged(String text) {
    charge(text.length());
    return text;
  }

  void enter(int depth) {
    nesting += depth;
    if (nesting > JinjaLimits.CALL_NESTING) {
      throw JinjaException.limit("macros or recursive loops call each other too deeply");
    }
  }

  void leave(int depth) {
    nesting -= depth;
  }

  void write(String text) {
    room(out.length() + (long) text.length());
    out.append(text);
  }

  /** Redirects the output; the returned one is to be put back by {@link #restore}. */
  StringBuilder capture() {
    StringBuilder outer = out;
    out = new StringBuilder();
    return outer;
  }

  /** Ends a redirection and returns what was written during it. */
  String restore(StringBuilder outer) {
    String text = charged(out.toString());
    out = outer;
    return text;
  }

  /** Notes that a text, about to be written, came from a block of generation. */
  void generation(String text) {
    spans.add(new JinjaTemplate.Span(root.length(), root.length() + text.length()));
  }

  /** Returns a variable of the caller's, or a global. */
  Object variable(String name, int slot) {
    Object value = context[slot];
    if (value == null) {
      Object given = variables.get(name);
      value = given != null || variables.containsKey(name) ? Values.in(given) : Globals.find(name);
      context[slot] = value;
    }
    return value;
  }

  ZonedDateTime now() {
    return now.get();
  }

  JinjaTemplate.Rendered rendered() {
    return new JinjaTemplate.Rendered(root.toString(), List.copyOf(spans));
  }
}
