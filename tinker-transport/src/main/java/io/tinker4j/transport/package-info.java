/**
 * What an own transport, clock or credential source implements, and what calls throw.
 *
 * <p>Bytes travel through a {@link io.tinker4j.transport.Transport}, which sends a {@link
 * io.tinker4j.transport.TransportRequest} and returns a {@link
 * io.tinker4j.transport.TransportResponse}. What goes wrong is a {@link
 * io.tinker4j.transport.TinkerException}. Credentials come from a {@link
 * io.tinker4j.transport.CredentialSource}; a {@link io.tinker4j.transport.TinkerListener} hears
 * what happens; every wait and every clock reading goes through {@link io.tinker4j.transport.Time}.
 * The client that makes calls is {@code io.tinker4j.transport.client.ApiClient}. Depends on {@code
 * io.tinker4j.types} and the JDK.
 */
@NullMarked
package io.tinker4j.transport;

import org.jspecify.annotations.NullMarked;
