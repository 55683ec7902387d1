package io.tinker4j.recovery;

/**
 * How a run has ended.
 *
 * @param steps how many steps the model has taken
 * @param modelId the model that has taken the last one
 * @param checkpointPath the checkpoint of the last step; empty only when the run was asked to stop
 *     and there is none
 * @param isComplete whether the data is at its end; false when the run was asked to stop
 * @param recoveries how often this process has brought the run back
 * @param replayed how many steps this process has done that had been done before
 */
public record RunResult(
    long steps,
    String modelId,
    String checkpointPath,
    boolean isComplete,
    int recoveries,
    long replayed) {}
