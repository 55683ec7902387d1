/**
 * The endpoints of the API: each class adds its routes to the {@code Router} and turns requests
 * into calls of {@code run} and {@code checkpoint}. {@link Recovery} tells a server that starts
 * what its journal holds.
 */
@NullMarked
package io.tinker4j.testkit.endpoint;

import org.jspecify.annotations.NullMarked;
