package io.tinker4j.text.template;

/**
 * A range of a text.
 *
 * @param start where it begins, in UTF-16 units
 * @param end where it ends, exclusive
 */
public record TextSpan(int start, int end) {}
