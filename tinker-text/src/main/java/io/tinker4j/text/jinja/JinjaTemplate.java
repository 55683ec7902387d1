package io.tinker4j.text.jinja;

import java.time.ZonedDateTime;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;

/** A template that was parsed: immutable, for use by many threads. */
public final class JinjaTemplate {
  /** A range of the output that a generation block wrote, in UTF-16 units. */
  public record Span(int start, int end) {}

  /** What a rendering gives. */
  public record Rendered(String text, List<Span> generated) {}

  private final String source;
  private final Parser.Parsed parsed;

  private JinjaTemplate(String source, Parser.Parsed parsed) {
    this.source = source;
    this.parsed = parsed;
  }

  /**
   * Parses a template.
   *
   * @throws JinjaException when it is not in the language, or too long or too deeply nested
   */
  public static JinjaTemplate parse(String template) {
    if (template.length() > JinjaLimits.TEMPLATE_LENGTH) {
      throw JinjaException.limit(
              "a template of more than " + JinjaLimits.TEMPLATE_LENGTH + " characters")
          .at(template, 0);
    }
    String source = Lexer.normalize(template);
    try {
      return new JinjaTemplate(source, Parser.parse(source));
    } catch (StackOverflowError e) {
      throw tooDeep().at(source, 0);
    }
  }

  /**
   * Renders over variables: maps, lists, strings, numbers, booleans and null.
   *
   * @param now what {@code strftime_now} asks
   * @throws JinjaException when the template fails, refuses, or reaches a limit
   */
  public Rendered render(
      Map<String, ?> variables, JinjaLimits limits, Supplier<ZonedDateTime> now) {
    Render render = new Render(limits, now, variables, parsed.slots());
    try {
      parsed.body().exec(new Frame(render, parsed.registers(), null));
      return render.rendered();
    } catch (JinjaException e) {
      throw e.at(source, render.at);
    } catch (StackOverflowError e) {
      throw tooDeep().at(source, render.at);
    }
  }

  private static JinjaException tooDeep() {
    return JinjaException.limit("nested deeper than the stack of the thread allows");
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof JinjaTemplate template && source.equals(template.source);
  }

  @Override
  public int hashCode() {
    return Objects.hashCode(source);
  }
}
