package io.tinker4j.recipes.reinforcement;

import io.tinker4j.recipes.rollout.RolloutGroup;

/**
 * The rollouts of a group, and where they come from; the ids of single samples, where the server
 * gives them, are in the {@linkplain io.tinker4j.types.SampledSequence#sequenceId actions}.
 *
 * @param group the rollouts
 * @param samplerStep the last step that was in the weights that they were sampled with
 * @param samplingSessionId the sampler that they were sampled with
 */
public record SampledGroup(RolloutGroup group, long samplerStep, String samplingSessionId) {}
