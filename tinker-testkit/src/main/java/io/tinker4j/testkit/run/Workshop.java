package io.tinker4j.testkit.run;

/**
 * What models work with.
 *
 * @param deduplicates whether a request that comes again is known by its number
 * @param refusalsTakeNumbers whether the number of a request that is refused counts as used
 */
public record Workshop(
    ComputePool compute,
    FutureStore futures,
    UsageMeter meter,
    Chronicle chronicle,
    Behaviour behaviour,
    boolean deduplicates,
    boolean refusalsTakeNumbers) {}
