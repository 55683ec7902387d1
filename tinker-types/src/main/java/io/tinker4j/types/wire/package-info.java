/**
 * What travels between a client and a Tinker server besides the values in {@code
 * io.tinker4j.types}: requests, promises, and what opens, keeps and reports sessions.
 *
 * <p>For transports and servers; no user of a client writes or reads these. All are generated from
 * {@code openapi/tinker.yaml}; which ones are here is the list in this module's POM. Depends on
 * {@code io.tinker4j.types}, which does not depend on it.
 */
@NullMarked
package io.tinker4j.types.wire;

import org.jspecify.annotations.NullMarked;
