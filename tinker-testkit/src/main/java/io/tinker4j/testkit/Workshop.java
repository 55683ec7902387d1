package io.tinker4j.testkit;

/**
 * What models work with.
 *
 * @param deduplicates whether a request that comes again is known by its number
 * @param refusedNumbers what becomes of the number of a request that is refused
 */
record Workshop(
    ComputePool compute,
    FutureStore futures,
    UsageMeter meter,
    Chronicle chronicle,
    Behaviour behaviour,
    boolean deduplicates,
    RefusedNumbers refusedNumbers) {}
