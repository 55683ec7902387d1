/** The proof that a run survives whatever happens to it. */
@NullMarked
package io.tinker4j.verify.recovery;

import org.jspecify.annotations.NullMarked;
