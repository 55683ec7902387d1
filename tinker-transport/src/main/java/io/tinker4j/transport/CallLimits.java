package io.tinker4j.transport;

import java.time.Duration;
import java.util.Set;

/**
 * How long and how often a call tries.
 *
 * @param timeout for one attempt, the body included
 * @param deadline for the call, retries included
 * @param finalStatuses those that are never tried again
 * @param waitsForCircuit whether the call waits while its circuit is open
 */
record CallLimits(
    Duration timeout,
    Duration deadline,
    int retries,
    Set<Integer> finalStatuses,
    boolean waitsForCircuit) {}
