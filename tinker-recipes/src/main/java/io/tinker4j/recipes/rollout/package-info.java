/**
 * What a model acts in, and how its attempts are made: environments, groups of them, and the engine
 * that runs many at once. Start reading at {@link io.tinker4j.recipes.rollout.Environment} and
 * {@link io.tinker4j.recipes.rollout.RolloutEngine}. Depends on {@code io.tinker4j.recipes.rl} for
 * trajectories and on {@code io.tinker4j.text.renderer}.
 */
@NullMarked
package io.tinker4j.recipes.rollout;

import org.jspecify.annotations.NullMarked;
