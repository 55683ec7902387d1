/** A door for the measurements to the codecs, which users do not see. */
@NullMarked
package io.tinker4j.transport;

import org.jspecify.annotations.NullMarked;
