/**
 * The conformance suite: what the wire protocol says, asked of any server over plain HTTP.
 *
 * <p>Start reading at {@link io.tinker4j.conformance.ConformanceSuite}. Uses no client of this SDK:
 * requests are JSON and protobuf messages put together here, sent by the JDK's HTTP client. The
 * cases are data, in the resources {@code cases}, by area; each names its section of {@code
 * docs/protocol.md}.
 */
@NullMarked
package io.tinker4j.conformance;

import org.jspecify.annotations.NullMarked;
