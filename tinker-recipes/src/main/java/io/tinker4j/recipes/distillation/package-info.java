/**
 * Distillation: a student learns from a teacher's log-probabilities or from its samples, also from
 * itself with a longer prompt. Start reading at {@link
 * io.tinker4j.recipes.distillation.Distillation}. Depends on {@code
 * io.tinker4j.recipes.reinforcement}.
 */
@NullMarked
package io.tinker4j.recipes.distillation;

import org.jspecify.annotations.NullMarked;
