package io.tinker4j.transport.jdk;

import java.time.Duration;

/**
 * How far a pool grows.
 *
 * @param total how many requests may be in flight; more wait
 * @param perClient how many on one client, until a server allows less
 * @param idle how long a client without requests is kept
 * @param multiplexed whether one connection serves all requests of a client. Then the first request
 *     opens it alone, because the JDK's client would open one for each request that comes meanwhile
 */
record PoolLimits(int total, int perClient, Duration idle, boolean multiplexed) {}
