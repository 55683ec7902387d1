/** Opens what the proof of recovery needs and users do not see. */
@NullMarked
package io.tinker4j.recovery;

import org.jspecify.annotations.NullMarked;
