/** The proof that a run survives whatever happens to it. */
@NullMarked
package io.tinker4j.chaos;

import org.jspecify.annotations.NullMarked;
