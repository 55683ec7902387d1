/**
 * Faults for the embedded server: which requests go wrong, when and how, in Java or as JSON.
 *
 * <p>Start reading at {@link io.tinker4j.testkit.fault.Fault}. Knows nothing of the server; the
 * server asks a {@code FaultInjector} about each request and does what it says. Depends on the
 * transport module's JSON reader only.
 */
@NullMarked
package io.tinker4j.testkit.fault;

import org.jspecify.annotations.NullMarked;
