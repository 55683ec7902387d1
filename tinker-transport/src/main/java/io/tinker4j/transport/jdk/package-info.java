/**
 * The transport over the JDK's HTTP client, {@link io.tinker4j.transport.jdk.JdkTransport}: its
 * connection pools and proxies.
 */
@NullMarked
package io.tinker4j.transport.jdk;

import org.jspecify.annotations.NullMarked;
