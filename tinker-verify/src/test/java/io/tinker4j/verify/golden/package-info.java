/** The vectors of {@code openapi/golden}, recorded from the Python client, as tests. */
@NullMarked
package io.tinker4j.verify.golden;

import org.jspecify.annotations.NullMarked;
