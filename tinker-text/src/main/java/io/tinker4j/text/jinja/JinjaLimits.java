package io.tinker4j.text.jinja;

/**
 * How much one rendering may do.
 *
 * @param steps statements, loop rounds and calls, and one for every few characters or elements that
 *     are made
 * @param textLength length of the output and of any text that is made on the way, in UTF-16 units
 */
public record JinjaLimits(long steps, int textLength) {
  /** Enough for conversations of millions of characters. */
  public static final JinjaLimits DEFAULT = new JinjaLimits(20_000_000, 16 << 20);

  /** Longest template that is parsed. */
  static final int TEMPLATE_LENGTH = 1 << 20;

  /** Deepest nesting of statements and expressions in a template. */
  static final int PARSE_NESTING = 200;

  /** Deepest sum of the nesting of all macros that are in progress. */
  static final int CALL_NESTING = 1_000;

  /** Deepest nesting of data that is printed or compared. */
  static final int DATA_NESTING = 200;

  /** Most elements that {@code range} gives. */
  static final int RANGE = 100_000;

  /** Most bits of an integer. */
  static final int INTEGER_BITS = 1 << 15;
}
