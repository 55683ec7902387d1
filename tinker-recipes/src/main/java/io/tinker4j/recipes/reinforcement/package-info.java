/**
 * Reinforcement learning as a recipe: rollouts, advantages and a policy loss as the steps of a run
 * that can be resumed. Start reading at {@link
 * io.tinker4j.recipes.reinforcement.ReinforcementLearning}. Depends on {@code
 * io.tinker4j.recipes.rollout} and {@code io.tinker4j.recipes.rl}.
 */
@NullMarked
package io.tinker4j.recipes.reinforcement;

import org.jspecify.annotations.NullMarked;
