package io.tinker4j.conformance;

/**
 * One thing that the protocol says.
 *
 * @param id a short name that stays the same
 * @param section the section of the wire protocol that says it
 * @param title what is checked, in a sentence
 */
public record ConformanceCase(String id, String section, String title) {}
