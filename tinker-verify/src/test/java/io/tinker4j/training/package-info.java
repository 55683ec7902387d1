/** A door for the vectors' tests to what is package-private in the training module. */
@NullMarked
package io.tinker4j.training;

import org.jspecify.annotations.NullMarked;
