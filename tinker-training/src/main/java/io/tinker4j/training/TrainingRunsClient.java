package io.tinker4j.training;

import io.tinker4j.training.PagedIterable.Page;
import io.tinker4j.training.internal.ResourceIds;
import io.tinker4j.transport.endpoint.Operations;
import io.tinker4j.types.TrainingRun;
import io.tinker4j.types.TrainingRunsResponse;
import io.tinker4j.types.wire.GetTrainingRunRequest;
import io.tinker4j.types.wire.ListTrainingRunsRequest;
import java.util.Objects;

/**
 * Describes and lists training runs. Thread-safe; the methods block, and throw what those of {@link
 * RestClient} do.
 */
public final class TrainingRunsClient {
  private static final int PAGE = 100;

  private final ServerFeatures features;

  TrainingRunsClient(ServerFeatures features) {
    this.features = features;
  }

  /** Describes a training run of one's own. */
  public TrainingRun get(String trainingRunId) {
    return get(trainingRunId, AccessScope.OWNED);
  }

  /** Describes a training run. */
  public TrainingRun get(String trainingRunId, AccessScope scope) {
    return features.call(
        Operations.GET_TRAINING_RUN,
        GetTrainingRunRequest.builder()
            .trainingRunId(ResourceIds.check("trainingRunId", trainingRunId))
            .accessScope(scope.value())
            .build());
  }

  /** Describes the training run of one's own that a checkpoint comes from. */
  public TrainingRun getByTinkerPath(String tinkerPath) {
    return getByTinkerPath(tinkerPath, AccessScope.OWNED);
  }

  /** Describes the training run that a checkpoint comes from. */
  public TrainingRun getByTinkerPath(String tinkerPath, AccessScope scope) {
    return get(ResourceIds.path("tinkerPath", tinkerPath).trainingRunId(), scope);
  }

  /** Lists one's own training runs, a page of them. */
  public TrainingRunsResponse list(int limit, int offset) {
    return list(limit, offset, AccessScope.OWNED);
  }

  /** Lists training runs, a page of them. */
  public TrainingRunsResponse list(int limit, int offset, AccessScope scope) {
    return features.call(Operations.LIST_TRAINING_RUNS, runs(limit, offset, scope).build());
  }

  /** Lists the training runs of a project, a page of them. */
  public TrainingRunsResponse list(int limit, int offset, AccessScope scope, String projectId) {
    return features.call(
        Operations.LIST_TRAINING_RUNS,
        runs(limit, offset, scope).projectId(ResourceIds.check("projectId", projectId)).build());
  }

  private static ListTrainingRunsRequest.Builder runs(int limit, int offset, AccessScope scope) {
    SubmissionChecks.page(limit, offset);
    ListTrainingRunsRequest.Builder request = ListTrainingRunsRequest.builder();
    request.limit(limit).offset(offset).accessScope(scope.value());
    return request;
  }

  /** Returns all of one's own training runs, fetched as they are walked through. */
  public PagedIterable<TrainingRun> all() {
    return all(AccessScope.OWNED);
  }

  /** Returns all training runs, fetched as they are walked through. */
  public PagedIterable<TrainingRun> all(AccessScope scope) {
    Objects.requireNonNull(scope, "scope");
    return new PagedIterable<>(PAGE, (limit, offset) -> page(list(limit, offset, scope)));
  }

  /** Returns all training runs of a project, fetched as they are walked through. */
  public PagedIterable<TrainingRun> all(AccessScope scope, String projectId) {
    ResourceIds.check("projectId", projectId);
    return new PagedIterable<>(
        PAGE, (limit, offset) -> page(list(limit, offset, scope, projectId)));
  }

  private static Page<TrainingRun> page(TrainingRunsResponse response) {
    return new Page<>(response.trainingRuns(), response.cursor().totalCount());
  }
}
