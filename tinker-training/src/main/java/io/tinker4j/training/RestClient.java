package io.tinker4j.training;

import io.tinker4j.transport.ApiClient;
import io.tinker4j.transport.Operations;
import io.tinker4j.types.CheckpointsListResponse;
import io.tinker4j.types.GetTrainingRunRequest;
import io.tinker4j.types.ListCheckpointsRequest;
import io.tinker4j.types.TrainingRun;
import io.tinker4j.types.WeightsInfoRequest;
import io.tinker4j.types.WeightsInfoResponse;

/** Reads runs and checkpoints. Thread-safe; the methods block. */
public final class RestClient {
  private final ApiClient api;

  RestClient(ApiClient api) {
    this.api = api;
  }

  /**
   * Describes a training run.
   *
   * @throws io.tinker4j.transport.NotFoundException when there is none of that id
   */
  public TrainingRun getTrainingRun(String trainingRunId) {
    return api.call(
        Operations.GET_TRAINING_RUN,
        GetTrainingRunRequest.builder().trainingRunId(trainingRunId).build());
  }

  /**
   * Lists the checkpoints of a training run, in the server's order.
   *
   * @throws io.tinker4j.transport.NotFoundException when there is none of that id
   */
  public CheckpointsListResponse listCheckpoints(String trainingRunId) {
    return api.call(
        Operations.LIST_CHECKPOINTS,
        ListCheckpointsRequest.builder().trainingRunId(trainingRunId).build());
  }

  /** Describes the model that a checkpoint belongs to. */
  public WeightsInfoResponse getWeightsInfoByTinkerPath(String tinkerPath) {
    return api.call(
        Operations.WEIGHTS_INFO, WeightsInfoRequest.builder().tinkerPath(tinkerPath).build());
  }
}
