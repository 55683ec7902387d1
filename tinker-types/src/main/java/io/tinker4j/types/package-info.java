/**
 * The types that travel between a client and a Tinker server.
 *
 * <p>Most are generated from {@code openapi/tinker.yaml}; those that hold long arrays ({@link
 * io.tinker4j.types.ModelInput}, {@link io.tinker4j.types.TensorData}, {@link
 * io.tinker4j.types.SampleResponse} …) are written by hand. Start at {@link
 * io.tinker4j.types.Datum}. All are immutable. Requests and promises are in {@code
 * io.tinker4j.types.wire}. Depends on Jackson only.
 */
@NullMarked
package io.tinker4j.types;

import org.jspecify.annotations.NullMarked;
