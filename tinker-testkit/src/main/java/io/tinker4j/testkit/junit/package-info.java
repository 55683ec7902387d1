/**
 * The embedded server as a parameter of JUnit tests.
 *
 * <p>Start reading at {@link io.tinker4j.testkit.junit.TinkerServer}. Needs {@code
 * junit-jupiter-api} from 5.11 on, which is an optional dependency: only tests that use this
 * package have to have it.
 */
@NullMarked
package io.tinker4j.testkit.junit;

import org.jspecify.annotations.NullMarked;
