/**
 * An endpoint as data: an {@link io.tinker4j.transport.operation.Operation} names method, path and
 * retries; a {@link io.tinker4j.transport.operation.Codec} turns values into bytes and back.
 * Declare one to call an endpoint that this SDK does not know.
 */
@NullMarked
package io.tinker4j.transport.operation;

import org.jspecify.annotations.NullMarked;
