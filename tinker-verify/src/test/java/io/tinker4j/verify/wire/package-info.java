/** What holds for every type of {@code openapi/tinker.yaml}, derived from it. */
@NullMarked
package io.tinker4j.verify.wire;

import org.jspecify.annotations.NullMarked;
