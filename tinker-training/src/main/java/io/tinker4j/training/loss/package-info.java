/**
 * Losses that are computed here rather than at the server: terms with their gradients, and their
 * weighted sum.
 *
 * <p>Start at {@link io.tinker4j.training.loss.WeightedLoss}, or write a {@link
 * io.tinker4j.training.loss.CustomLoss} of your own. Depends on {@code io.tinker4j.types} only.
 */
@NullMarked
package io.tinker4j.training.loss;

import org.jspecify.annotations.NullMarked;
