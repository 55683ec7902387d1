package io.tinker4j.transport.client;

import java.time.Duration;
import java.util.Set;

/**
 * How long and how often a call tries, and how much it reads.
 *
 * @param timeout for one attempt, the body included
 * @param deadline for the call, retries included
 * @param doubtsRefusals whether a credential that is refused after it was accepted is sent once
 *     more
 * @param finalStatuses those that are never tried again
 * @param waitsForCircuit whether the call waits while its circuit is open
 * @param answerBytes the size of the largest answer that is read, decoded
 */
record CallLimits(
    Duration timeout,
    Duration deadline,
    int retries,
    boolean doubtsRefusals,
    Set<Integer> finalStatuses,
    boolean waitsForCircuit,
    int answerBytes) {}
