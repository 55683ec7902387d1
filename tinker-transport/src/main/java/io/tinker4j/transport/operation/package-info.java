/**
 * Endpoints as data: an {@link io.tinker4j.transport.operation.Operation} names method, path and
 * retries, a {@link io.tinker4j.transport.operation.Codec} turns values into bytes and back. Those
 * of the Tinker API are in {@link io.tinker4j.transport.operation.Operations}.
 */
@NullMarked
package io.tinker4j.transport.operation;

import org.jspecify.annotations.NullMarked;
