package io.tinker4j.transport;

import java.time.Duration;

/**
 * How long and how often a call tries.
 *
 * @param timeout for one attempt, the body included
 * @param deadline for the call, retries included
 */
record CallLimits(Duration timeout, Duration deadline, int retries) {}
