/**
 * One call to the Tinker API: transports, retries, deadlines, credentials, codecs, errors.
 *
 * <p>Start at {@link io.tinker4j.transport.ApiClient}, which makes the call that an {@link
 * io.tinker4j.transport.Operation} describes. Bytes travel through a {@link
 * io.tinker4j.transport.Transport}; values become bytes in a {@code Codec}; what goes wrong is a
 * {@link io.tinker4j.transport.TinkerException}. Credentials come from a {@link
 * io.tinker4j.transport.CredentialSource}, and a {@link io.tinker4j.transport.TinkerListener} hears
 * what happens. Every wait and every clock reading goes through {@link io.tinker4j.transport.Time},
 * every thread comes from {@link io.tinker4j.transport.TinkerThreads}. Depends on {@code
 * io.tinker4j.types}, Jackson, protobuf and zstd; the training module depends on it.
 */
@NullMarked
package io.tinker4j.transport;

import org.jspecify.annotations.NullMarked;
