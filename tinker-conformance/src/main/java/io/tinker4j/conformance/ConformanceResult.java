package io.tinker4j.conformance;

/**
 * What a server made of a case.
 *
 * @param detail what came back instead; empty when the case is supported
 */
public record ConformanceResult(ConformanceCase which, Verdict verdict, String detail) {}
