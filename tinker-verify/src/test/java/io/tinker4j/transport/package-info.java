/** A door for the vectors' tests to what is package-private in the transport module. */
@NullMarked
package io.tinker4j.transport;

import org.jspecify.annotations.NullMarked;
