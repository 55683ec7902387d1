/**
 * Learning from preferences. Start reading at {@link io.tinker4j.recipes.preference.Dpo}. Depends
 * on {@code io.tinker4j.training.loss}.
 */
@NullMarked
package io.tinker4j.recipes.preference;

import org.jspecify.annotations.NullMarked;
