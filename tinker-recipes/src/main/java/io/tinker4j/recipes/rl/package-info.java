/**
 * The arithmetic of reinforcement learning: from trajectories with rewards to training data. Start
 * reading at {@link io.tinker4j.recipes.rl.TrajectoryData}. Depends on {@code
 * io.tinker4j.text.renderer} for the shift of inputs and targets.
 */
@NullMarked
package io.tinker4j.recipes.rl;

import org.jspecify.annotations.NullMarked;
