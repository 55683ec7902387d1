package io.tinker4j.recipes.rl;

import io.tinker4j.types.Datum;

/**
 * Training data of a trajectory, and where it comes from.
 *
 * @param datum with the loss inputs that {@link TrajectoryData} describes
 * @param group the place of the group, from 0
 * @param trajectory the place of the trajectory in its group, from 0
 */
public record TrajectoryDatum(Datum datum, int group, int trajectory) {}
