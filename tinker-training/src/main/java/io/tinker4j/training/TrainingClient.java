package io.tinker4j.training;

import io.tinker4j.transport.Operations;
import io.tinker4j.types.AdamParams;
import io.tinker4j.types.Datum;
import io.tinker4j.types.ForwardBackwardOutput;
import io.tinker4j.types.GetInfoRequest;
import io.tinker4j.types.GetInfoResponse;
import io.tinker4j.types.LoadWeightsRequest;
import io.tinker4j.types.LoadWeightsResponse;
import io.tinker4j.types.LossFunction;
import io.tinker4j.types.OptimStepRequest;
import io.tinker4j.types.OptimStepResponse;
import io.tinker4j.types.SaveWeightsForSamplerRequest;
import io.tinker4j.types.SaveWeightsForSamplerResponse;
import io.tinker4j.types.SaveWeightsRequest;
import io.tinker4j.types.SaveWeightsResponse;
import io.tinker4j.types.UntypedFuture;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongFunction;

/**
 * Trains one model.
 *
 * <p>Every operation takes its place in the model's order in the caller's thread, before the method
 * returns: the order of calls is the order on the server, and the next operation may be called
 * before the last one is done. {@code forwardBackward} followed by {@code optimStep}, both pending,
 * is the fast way to train. Thread-safe; calls from several threads are ordered as they come.
 *
 * <p>Cancelling a future, or its time-out, ends the waiting and never the operation. When an
 * operation cannot be submitted for good, its future fails with the reason and all later ones fail
 * at once with {@link TrainingHaltedException}.
 *
 * {@snippet :
 * var step = List.of(Datum.supervised(tokens));
 * var pass = trainingClient.forwardBackward(step, LossFunction.CROSS_ENTROPY);
 * var update = trainingClient.optimStep(AdamParams.builder().learningRate(1e-4).build());
 * double loss = pass.join().metrics().lossSum().orElseThrow();
 * update.join();
 * }
 */
public final class TrainingClient {
  private final ClientScope scope;
  private final Session session;
  private final String modelId;
  private final SubmissionLane lane;

  TrainingClient(ClientScope scope, Session session, String modelId) {
    this.scope = scope;
    this.session = session;
    this.modelId = modelId;
    this.lane = new SubmissionLane(modelId, 1);
  }

  /** Returns the model's id on the server, which is also that of its training run. */
  public String modelId() {
    return modelId;
  }

  /**
   * Computes loss and outputs without gradients. Large data is split into several requests whose
   * results are merged.
   *
   * @throws IllegalArgumentException when there is no data
   */
  public CompletableFuture<ForwardBackwardOutput> forward(List<Datum> data, LossFunction loss) {
    return pass(data, loss, true);
  }

  /**
   * Computes loss and outputs and adds the gradients to those since the last {@link #optimStep}.
   * Large data is split into several requests whose results are merged.
   *
   * @throws IllegalArgumentException when there is no data
   */
  public CompletableFuture<ForwardBackwardOutput> forwardBackward(
      List<Datum> data, LossFunction loss) {
    return pass(data, loss, false);
  }

  /** Applies the accumulated gradients and clears them. */
  public CompletableFuture<OptimStepResponse> optimStep(AdamParams adamParams) {
    Objects.requireNonNull(adamParams, "adamParams");
    return single(
        ResultType.OPTIM_STEP,
        seqId ->
            scope
                .api()
                .call(
                    Operations.OPTIM_STEP,
                    OptimStepRequest.builder()
                        .adamParams(adamParams)
                        .modelId(modelId)
                        .seqId(seqId)
                        .build()));
  }

  /** Saves weights and optimizer state under a name that is not taken yet, for ever. */
  public CompletableFuture<SaveWeightsResponse> saveState(String name) {
    return saveState(name, SaveOptions.builder().build());
  }

  /** Saves weights and optimizer state; the result has the path to load them from. */
  public CompletableFuture<SaveWeightsResponse> saveState(String name, SaveOptions options) {
    CheckpointNames.check(name);
    SaveWeightsRequest.Builder request =
        SaveWeightsRequest.builder().modelId(modelId).path(name).overwrite(options.overwrite());
    options.ttl().ifPresent(ttl -> request.ttlSeconds(ttl.toSeconds()));
    return single(
        ResultType.SAVE_WEIGHTS,
        seqId -> scope.api().call(Operations.SAVE_WEIGHTS, request.seqId(seqId).build()));
  }

  /** Loads the weights of a checkpoint of the same base model; the optimizer starts afresh. */
  public CompletableFuture<LoadWeightsResponse> loadState(String path) {
    return load(path, false);
  }

  /** Loads weights and optimizer state, so that training goes on as if it had not stopped. */
  public CompletableFuture<LoadWeightsResponse> loadStateWithOptimizer(String path) {
    return load(path, true);
  }

  /** Saves weights for sampling under a name; the result has the path to sample from. */
  public CompletableFuture<SaveWeightsForSamplerResponse> saveWeightsForSampler(String name) {
    return saveWeightsForSampler(name, SaveOptions.builder().build());
  }

  /** Saves weights for sampling; {@link SaveOptions#overwrite} has no effect on these. */
  public CompletableFuture<SaveWeightsForSamplerResponse> saveWeightsForSampler(
      String name, SaveOptions options) {
    CheckpointNames.check(name);
    SaveWeightsForSamplerRequest.Builder request =
        SaveWeightsForSamplerRequest.builder().modelId(modelId).path(name);
    options.ttl().ifPresent(ttl -> request.ttlSeconds(ttl.toSeconds()));
    return saveForSampler(request);
  }

  /**
   * Saves the weights as they are after all operations called before, and returns a sampler of
   * them. Blocks until they are saved. The sampler does not move when training goes on.
   */
  public SamplingClient saveWeightsAndGetSamplingClient() {
    SaveWeightsForSamplerResponse saved =
        Futures.join(
            saveForSampler(
                SaveWeightsForSamplerRequest.builder()
                    .modelId(modelId)
                    .samplingSessionSeqId(session.nextSampler())));
    return new SamplingClient(
        scope,
        saved
            .samplingSessionId()
            .orElseThrow(() ->
                new RequestFailedException(
                    "SaveWeightsForSampler",
                    "unknown",
                    "the answer to an unnamed save has no sampling_session_id",
                    RequestFailedException.Category.SERVER)));
  }

  /** Describes the model; blocks. */
  public GetInfoResponse getInfo() {
    return scope.api().call(Operations.GET_INFO, GetInfoRequest.builder().modelId(modelId).build());
  }

  private CompletableFuture<ForwardBackwardOutput> pass(
      List<Datum> data, LossFunction loss, boolean forwardOnly) {
    Objects.requireNonNull(loss, "loss");
    if (data.isEmpty()) {
      throw new IllegalArgumentException("data is empty; a pass needs at least one datum");
    }
    TrainingPass pass = new TrainingPass(scope, modelId, loss, forwardOnly);
    List<Chunker.Chunk<Datum>> chunks = scope.chunker().split(List.copyOf(data));
    return start(chunks.size(), (turn, future) -> pass.run(chunks, turn, future));
  }

  private CompletableFuture<LoadWeightsResponse> load(String path, boolean optimizer) {
    Objects.requireNonNull(path, "path");
    LoadWeightsRequest.Builder request =
        LoadWeightsRequest.builder().modelId(modelId).path(path).optimizer(optimizer);
    return single(
        ResultType.LOAD_WEIGHTS,
        seqId -> scope.api().call(Operations.LOAD_WEIGHTS, request.seqId(seqId).build()));
  }

  private CompletableFuture<SaveWeightsForSamplerResponse> saveForSampler(
      SaveWeightsForSamplerRequest.Builder request) {
    return single(
        ResultType.SAVE_WEIGHTS_FOR_SAMPLER,
        seqId ->
            scope.api().call(Operations.SAVE_WEIGHTS_FOR_SAMPLER, request.seqId(seqId).build()));
  }

  private <T> CompletableFuture<T> single(
      ResultType<T> type, LongFunction<UntypedFuture> submission) {
    return start(
        1,
        (turn, future) -> {
          long start = scope.time().nanoTime();
          UntypedFuture promise = turn.take(() -> submission.apply(turn.first()));
          return scope
              .awaiter()
              .await(
                  promise.requestId(),
                  type,
                  Duration.ofNanos(scope.time().nanoTime() - start),
                  future::isDone);
        });
  }

  /** Reserves the place in the caller's thread; all else happens on a thread of the SDK. */
  private <T> CompletableFuture<T> start(int requests, Work<T> work) {
    SubmissionLane.Turn turn;
    try {
      turn = lane.reserve(requests);
    } catch (TrainingHaltedException e) {
      return CompletableFuture.failedFuture(e);
    }
    CompletableFuture<T> future = new CompletableFuture<>();
    try {
      scope
          .threads()
          .start("train", () -> ClientScope.complete(future, () -> work.run(turn, future)));
    } catch (RuntimeException e) {
      lane.halt(e);
      future.completeExceptionally(e);
    }
    return future;
  }

  @FunctionalInterface
  private interface Work<T> {
    T run(SubmissionLane.Turn turn, CompletableFuture<T> future) throws Exception;
  }

  @Override
  public String toString() {
    return "TrainingClient{" + modelId + "}";
  }
}
