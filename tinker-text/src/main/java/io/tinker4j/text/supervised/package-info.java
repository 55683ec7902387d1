/**
 * The arithmetic of supervised fine-tuning: learning rates, the size of an adapter, and the losses
 * that are reported.
 */
@NullMarked
package io.tinker4j.text.supervised;

import org.jspecify.annotations.NullMarked;
