/**
 * The client that makes calls: attempts, retries, deadlines, circuit breaker, credentials in use.
 *
 * <p>Start at {@link io.tinker4j.transport.client.ApiClient}; a call's attempts are in {@code
 * Call}, what a client's calls share in {@code SharedCallState}.
 */
@NullMarked
package io.tinker4j.transport.client;

import org.jspecify.annotations.NullMarked;
