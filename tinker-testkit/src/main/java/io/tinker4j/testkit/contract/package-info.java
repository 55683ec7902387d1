/**
 * What a transport of your own must keep: extend {@link
 * io.tinker4j.testkit.contract.TransportContract} and {@link
 * io.tinker4j.testkit.contract.TransportStreamingContract}, each with one method that makes your
 * transport, and run them with JUnit. Depends on {@code io.tinker4j.transport} and JUnit's API.
 */
@NullMarked
package io.tinker4j.testkit.contract;

import org.jspecify.annotations.NullMarked;
