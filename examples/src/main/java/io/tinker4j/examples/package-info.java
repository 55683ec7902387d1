/**
 * Programs to start from, each with one {@code main}; the build runs all of them against the
 * embedded server. {@link io.tinker4j.examples.FirstSteps} is the one in the README.
 */
@NullMarked
package io.tinker4j.examples;

import org.jspecify.annotations.NullMarked;
