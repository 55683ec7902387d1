package io.tinker4j.text.template;

import java.util.List;

/**
 * A conversation as text.
 *
 * @param text the text
 * @param generated the ranges that {@code generation} blocks of the template wrote, which are what
 *     the assistant said; empty when the template has none
 */
public record RenderedChat(String text, List<TextSpan> generated) {
  /** Copies the ranges. */
  public RenderedChat {
    generated = List.copyOf(generated);
  }
}
