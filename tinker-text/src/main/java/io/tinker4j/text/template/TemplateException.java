package io.tinker4j.text.template;

import io.tinker4j.text.jinja.JinjaException;
import io.tinker4j.transport.TinkerException;

/**
 * A chat template that cannot be parsed, cannot be rendered over a conversation, or refuses it.
 *
 * <p>The message names the line and the column of the template, what was met there, and what to do.
 */
public final class TemplateException extends TinkerException {
  private static final long serialVersionUID = 1;

  private final int line;
  private final int column;
  private final boolean refusal;
  private final String reason;

  private TemplateException(String message, JinjaException cause) {
    super(message, cause);
    this.line = cause.line();
    this.column = cause.column();
    this.refusal = cause.kind() == JinjaException.Kind.RAISED;
    String text = cause.getMessage();
    this.reason = text == null ? "" : text;
  }

  static TemplateException of(JinjaException cause) {
    String place =
        " (line %d, column %d): %s. "
            .formatted(cause.line(), cause.column(), String.valueOf(cause.getMessage()));
    return new TemplateException(
        switch (cause.kind()) {
          case SYNTAX -> "The chat template cannot be parsed" + place + "Mend the template.";
          case RAISED ->
              "The chat template refuses the conversation" + place + "Mend the conversation.";
          case LIMIT ->
              "The chat template does more than it may"
                  + place
                  + "Mend the template, or raise the limits of ChatTemplateOptions.";
          case UNDEFINED, TYPE, VALUE ->
              "The chat template cannot be rendered"
                  + place
                  + "Give the messages and variables that it reads, in the form that it expects.";
        },
        cause);
  }

  /** Returns the line of the template, from 1. */
  public int line() {
    return line;
  }

  /** Returns the column of the template in UTF-16 units, from 1. */
  public int column() {
    return column;
  }

  /** Returns whether the template itself refused, by {@code raise_exception}. */
  public boolean isRefusal() {
    return refusal;
  }

  /** Returns what was met; for a refusal exactly the template's own words. */
  public String reason() {
    return reason;
  }
}
