package io.tinker4j.training.internal;

import io.tinker4j.transport.endpoint.FutureOutcome;
import io.tinker4j.transport.endpoint.Operations;
import io.tinker4j.transport.operation.Operation;
import io.tinker4j.types.ForwardBackwardOutput;
import io.tinker4j.types.LoadWeightsResponse;
import io.tinker4j.types.OptimStepResponse;
import io.tinker4j.types.SampleResponse;
import io.tinker4j.types.SaveWeightsExternalResponse;
import io.tinker4j.types.SaveWeightsResponse;
import io.tinker4j.types.UnloadModelResponse;
import io.tinker4j.types.wire.CreateModelResponse;
import io.tinker4j.types.wire.FutureRetrieveRequest;
import io.tinker4j.types.wire.SaveWeightsForSamplerResponse;

/**
 * What a promise is asked for: the expected type decides how the answer is read, never its content.
 *
 * @param requestType the value of the header {@code X-Tinker-Request-Type}
 */
public record ResultType<T>(
    String requestType, Operation<FutureRetrieveRequest, FutureOutcome<T>> operation) {
  public static final ResultType<CreateModelResponse> CREATE_MODEL =
      new ResultType<>("CreateModel", Operations.RETRIEVE_CREATE_MODEL);
  public static final ResultType<UnloadModelResponse> UNLOAD_MODEL =
      new ResultType<>("UnloadModel", Operations.RETRIEVE_UNLOAD_MODEL);
  public static final ResultType<ForwardBackwardOutput> FORWARD =
      new ResultType<>("Forward", Operations.RETRIEVE_FORWARD_BACKWARD);
  public static final ResultType<ForwardBackwardOutput> FORWARD_BACKWARD =
      new ResultType<>("ForwardBackward", Operations.RETRIEVE_FORWARD_BACKWARD);
  public static final ResultType<OptimStepResponse> OPTIM_STEP =
      new ResultType<>("OptimStep", Operations.RETRIEVE_OPTIM_STEP);
  public static final ResultType<SaveWeightsResponse> SAVE_WEIGHTS =
      new ResultType<>("SaveWeights", Operations.RETRIEVE_SAVE_WEIGHTS);
  public static final ResultType<LoadWeightsResponse> LOAD_WEIGHTS =
      new ResultType<>("LoadWeights", Operations.RETRIEVE_LOAD_WEIGHTS);
  public static final ResultType<SaveWeightsForSamplerResponse> SAVE_WEIGHTS_FOR_SAMPLER =
      new ResultType<>("SaveWeightsForSampler", Operations.RETRIEVE_SAVE_WEIGHTS_FOR_SAMPLER);
  public static final ResultType<SaveWeightsExternalResponse> SAVE_WEIGHTS_EXTERNAL =
      new ResultType<>("SaveWeightsExternal", Operations.RETRIEVE_SAVE_WEIGHTS_EXTERNAL);
  public static final ResultType<SampleResponse> SAMPLE =
      new ResultType<>("Sample", Operations.RETRIEVE_SAMPLE);
}
