/**
 * Keeping long runs alive: so far the advice how often to save a checkpoint; policies, supervision
 * and the journal are to come. Depends on {@code io.tinker4j.training}.
 */
@NullMarked
package io.tinker4j.recovery;

import org.jspecify.annotations.NullMarked;
