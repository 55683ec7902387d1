package io.tinker4j.training;

import io.tinker4j.training.SubmissionLane.Effect;
import io.tinker4j.training.internal.ResultType;
import io.tinker4j.training.loss.CustomLoss;
import io.tinker4j.transport.client.CallOptions;
import io.tinker4j.transport.endpoint.Operations;
import io.tinker4j.types.AdamParams;
import io.tinker4j.types.Datum;
import io.tinker4j.types.ForwardBackwardOutput;
import io.tinker4j.types.GetInfoResponse;
import io.tinker4j.types.LoadWeightsResponse;
import io.tinker4j.types.LossFunction;
import io.tinker4j.types.ModelData;
import io.tinker4j.types.OptimStepResponse;
import io.tinker4j.types.SaveWeightsExternalResponse;
import io.tinker4j.types.SaveWeightsResponse;
import io.tinker4j.types.UnloadModelResponse;
import io.tinker4j.types.wire.GetInfoRequest;
import io.tinker4j.types.wire.LoadWeightsRequest;
import io.tinker4j.types.wire.OptimStepRequest;
import io.tinker4j.types.wire.SaveWeightsExternalRequest;
import io.tinker4j.types.wire.SaveWeightsForSamplerRequest;
import io.tinker4j.types.wire.SaveWeightsForSamplerResponse;
import io.tinker4j.types.wire.SaveWeightsRequest;
import io.tinker4j.types.wire.UnloadModelRequest;
import io.tinker4j.types.wire.UntypedFuture;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.LongFunction;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Trains one model.
 *
 * <p>Every operation takes its place in the model's order in the caller's thread, before the method
 * returns: the order of calls is the order on the server, and the next operation may be called
 * before the last one is done. {@code forwardBackward} followed by {@code optimStep}, both pending,
 * is the fast way to train. Thread-safe; calls from several threads are ordered as they come.
 *
 * <p>Cancelling a future, or its time-out, ends the waiting and never the operation.
 *
 * <p>Futures fail, methods do not throw, whether this client refuses a call ({@link
 * IllegalArgumentException}) or the server does. A refused operation ends alone and the client goes
 * on; only what was called behind it and counts on it fails, too, with {@link
 * TrainingHaltedException}: what was called behind an operation that changes the model before its
 * failure was known; and, when the caller has not looked at the future that failed, the next {@link
 * #optimStep} behind a pass, the next pass or {@code optimStep} behind an {@code optimStep} or a
 * load. When it is not known whether the server has taken an operation in, all later ones fail with
 * that exception; {@link ServiceClient#attachTrainingClient} then gives another client of the same
 * model.
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
  private final Session session;
  private final String modelId;
  private final SubmissionLane lane;
  private final PassContext passes;
  private final ResultWaiter results;
  private final Function<String, SamplingClient> samplers;
  private final Runnable unloaded;

  /**
   * Creates a client of a model.
   *
   * @param samplers makes the client of a sampling session
   * @param unloaded is run when the model is not on the server any more
   */
  TrainingClient(
      Session session,
      String modelId,
      SubmissionLane lane,
      PassContext passes,
      ResultWaiter results,
      Function<String, SamplingClient> samplers,
      Runnable unloaded) {
    this.session = session;
    this.modelId = modelId;
    this.lane = lane;
    this.passes = passes;
    this.results = results;
    this.samplers = samplers;
    this.unloaded = unloaded;
  }

  /** Returns the model's id on the server, which is also that of its training run. */
  public String modelId() {
    return modelId;
  }

  /**
   * Returns a client of the same model whose calls wait for their results as the options say. Both
   * share one order of operations.
   */
  public TrainingClient withTimeouts(ResultTimeouts timeouts) {
    return new TrainingClient(
        session, modelId, lane, passes, results.with(timeouts), samplers, unloaded);
  }

  /**
   * Computes loss and outputs without gradients. Large data is split into several requests whose
   * results are merged.
   *
   * <p>The future fails with {@link IllegalArgumentException} when there is no data, a datum has no
   * {@code target_tokens}, a token is negative, or the loss or a setting of it is not known (see
   * {@link LossFunction#unchecked}).
   *
   * <p>Servers that report no {@code loss:sum} get it from here, as far as the loss's formula is
   * known. The first NaN is a warning in the log.
   */
  public CompletableFuture<ForwardBackwardOutput> forward(List<Datum> data, LossFunction loss) {
    return pass(data, loss, true);
  }

  /**
   * Computes loss and outputs and adds the gradients to those since the last {@link #optimStep}.
   * Large data is split into several requests whose results are merged. When only some of them
   * could be submitted, the future fails with {@link PartialSubmissionException}; when the server
   * has failed only some of them, with {@link PartialPassException}, which tells which part of the
   * data is not in the gradient. An {@link #optimStep} that was not sent by then fails with it.
   *
   * <p>The future fails with {@link IllegalArgumentException} as that of {@link #forward} does.
   */
  public CompletableFuture<ForwardBackwardOutput> forwardBackward(
      List<Datum> data, LossFunction loss) {
    return pass(data, loss, false);
  }

  /**
   * Adds the gradients of a loss that the caller computes, as {@link #forwardBackward} does for
   * those of the server: a forward pass, the caller's function on a thread of the SDK, and a
   * backward pass with its gradient. The function may block; operations called meanwhile wait until
   * the backward pass is submitted, and an {@link #optimStep} called next comes behind it. The
   * function cannot use a client of the same model: those calls fail with {@link
   * IllegalStateException}, on other threads they wait until the function has returned.
   *
   * <p>The metrics are those of the backward pass, whose loss is a stand-in, and the function's
   * own, which win. When the function throws, the future fails with what it has thrown, and the
   * operations that were called meanwhile fail with it: they counted on its gradient. Nothing is
   * lost on the server, and the next call goes through.
   *
   * <p>The future fails with {@link IllegalArgumentException} when there is no data, or an example
   * has no {@code target_tokens}, or inputs besides these and {@code weights}.
   *
   * @param data with {@code target_tokens}, and {@code weights} if wanted in the forward pass
   */
  public CompletableFuture<ForwardBackwardOutput> forwardBackwardCustom(
      List<Datum> data, CustomLoss loss) {
    Objects.requireNonNull(loss, "loss");
    return start(
        "ForwardBackward",
        Effect.GRADIENT,
        () -> {
          CustomLossCall pass =
              new CustomLossCall(passes, modelId, SubmissionChecks.data(data), loss);
          return turn ->
              call ->
                  pass.await(turn.take(place -> pass.submit(place, call)), call, turn::failedWith);
        });
  }

  /** Applies the accumulated gradients and clears them. */
  public CompletableFuture<OptimStepResponse> optimStep(AdamParams adamParams) {
    return step(
        OptimStepRequest.builder().adamParams(Objects.requireNonNull(adamParams, "adamParams")));
  }

  /**
   * The same for a model with another optimizer than AdamW, which its {@link
   * LoraOptions#optimizerConfig} has chosen. Servers have different ones.
   *
   * <p>The future fails with {@link IllegalArgumentException} when there is no {@code type}.
   *
   * @param optimizerParams the settings of the step, with the optimizer's name as {@code type}
   */
  public CompletableFuture<OptimStepResponse> optimStep(Map<String, ?> optimizerParams) {
    return optimizerParams.get("type") instanceof String
        ? step(OptimStepRequest.builder().optimizerParams(optimizerParams))
        : refused(
            ResultType.OPTIM_STEP,
            Effect.STEP,
            "optimizerParams has no type; it names the optimizer");
  }

  private CompletableFuture<OptimStepResponse> step(OptimStepRequest.Builder request) {
    request.modelId(modelId);
    return single(
        ResultType.OPTIM_STEP,
        Effect.STEP,
        seqId ->
            passes
                .api()
                .call(
                    Operations.OPTIM_STEP,
                    request.seqId(seqId).build(),
                    SubmissionOptions.ORDERED));
  }

  /** Saves weights and optimizer state under a name that is not taken yet, without an expiry. */
  public CompletableFuture<SaveWeightsResponse> saveState(String name) {
    return saveState(name, SaveOptions.builder().build());
  }

  /**
   * Saves weights and optimizer state; the result has the path to load them from.
   *
   * <p>When the answer to the submission is lost it is sent again; a server that then says that the
   * name is taken has saved it, if a checkpoint of that name and not older than the call is there.
   *
   * <p>The future fails with {@link IllegalArgumentException} when the name is not one: 1 to 200
   * letters, digits, {@code _}, {@code -} and {@code .}, the first one not {@code -} or {@code .}.
   */
  public CompletableFuture<SaveWeightsResponse> saveState(String name, SaveOptions options) {
    SaveWeightsRequest.Builder request =
        SaveWeightsRequest.builder()
            .modelId(modelId)
            .path(name)
            .overwrite(options.overwrite())
            .userMetadata(options.userMetadata());
    options.ttl().ifPresent(ttl -> request.ttlSeconds(ttl.toSeconds()));
    return save(
        ResultType.SAVE_WEIGHTS,
        () -> "weights/" + SubmissionChecks.checkpointName(name),
        (seqId, call) ->
            passes.api().call(Operations.SAVE_WEIGHTS, request.seqId(seqId).build(), call),
        path -> SaveWeightsResponse.builder().path(path).build(),
        saved -> saved);
  }

  /**
   * Loads the weights of a checkpoint of the same base model; the optimizer starts afresh.
   *
   * <p>The future fails with {@link IllegalArgumentException} when the path is not one of a
   * training checkpoint, as {@link #saveState} returns it.
   */
  public CompletableFuture<LoadWeightsResponse> loadState(String path) {
    return load(path, false, null);
  }

  /** Loads the weights of a checkpoint that only the given credential may read. */
  public CompletableFuture<LoadWeightsResponse> loadState(String path, String weightsAccessToken) {
    return load(path, false, weightsAccessToken);
  }

  /** Loads weights and optimizer state, so that training goes on as if it had not stopped. */
  public CompletableFuture<LoadWeightsResponse> loadStateWithOptimizer(String path) {
    return load(path, true, null);
  }

  /** Loads weights and optimizer state of a checkpoint that only the given credential may read. */
  public CompletableFuture<LoadWeightsResponse> loadStateWithOptimizer(
      String path, String weightsAccessToken) {
    return load(path, true, weightsAccessToken);
  }

  /** Saves weights for sampling under a name; the result has the path to sample from. */
  public CompletableFuture<SaveWeightsResponse> saveWeightsForSampler(String name) {
    return saveWeightsForSampler(name, SaveOptions.builder().build());
  }

  /**
   * Saves weights for sampling; {@link SaveOptions#overwrite} has no effect on these. The future
   * fails as that of {@link #saveState(String, SaveOptions)} does.
   */
  public CompletableFuture<SaveWeightsResponse> saveWeightsForSampler(
      String name, SaveOptions options) {
    SaveWeightsForSamplerRequest.Builder request =
        SaveWeightsForSamplerRequest.builder()
            .modelId(modelId)
            .path(name)
            .userMetadata(options.userMetadata());
    options.ttl().ifPresent(ttl -> request.ttlSeconds(ttl.toSeconds()));
    return saveForSampler(
        () -> "sampler_weights/" + SubmissionChecks.checkpointName(name),
        request,
        saved ->
            SaveWeightsResponse.builder()
                .path(saved.path().orElseThrow(() -> incomplete("path")))
                .build());
  }

  /**
   * Exports the adapter as files, under a name; the result has the path, and {@link RestClient}
   * tells the addresses of the files.
   *
   * <p>The future fails as that of {@link #saveState(String, SaveOptions)} does, and when the time
   * to live is below one hour. It fails with {@link NotSupportedException} when the server has no
   * exports.
   *
   * @param ageEncryptionRecipients whom the files are encrypted for, as age or SSH public keys;
   *     empty for plain files
   */
  public CompletableFuture<SaveWeightsExternalResponse> saveWeightsExternal(
      String name, SaveOptions options, List<String> ageEncryptionRecipients) {
    SaveWeightsExternalRequest.Builder request =
        SaveWeightsExternalRequest.builder()
            .modelId(modelId)
            .path(name)
            .ageEncryptionRecipients(ageEncryptionRecipients);
    options.ttl().ifPresent(ttl -> request.ttlSeconds(ttl.toSeconds()));
    return save(
        ResultType.SAVE_WEIGHTS_EXTERNAL,
        () -> {
          options.ttl().ifPresent(SubmissionChecks::externalTtl);
          passes.features().require(Operations.SAVE_WEIGHTS_EXTERNAL);
          return "external_weights/" + SubmissionChecks.checkpointName(name);
        },
        (seqId, call) ->
            passes
                .features()
                .use(
                    Operations.SAVE_WEIGHTS_EXTERNAL,
                    () ->
                        passes
                            .api()
                            .call(
                                Operations.SAVE_WEIGHTS_EXTERNAL,
                                request.seqId(seqId).build(),
                                call)),
        path -> SaveWeightsExternalResponse.builder().path(path).build(),
        saved -> saved);
  }

  /**
   * Saves the weights as they are after all operations called before, and returns a sampler of
   * them. Blocks until they are saved, the deadline of the client's waits is over, or the thread is
   * interrupted. The sampler does not move when training goes on.
   */
  public SamplingClient saveWeightsAndGetSamplingClient() {
    SaveWeightsForSamplerRequest.Builder request =
        SaveWeightsForSamplerRequest.builder()
            .modelId(modelId)
            .samplingSessionSeqId(session.nextSampler());
    return samplers.apply(
        Runner.join(
            ResultType.SAVE_WEIGHTS_FOR_SAMPLER.requestType(),
            saveForSampler(
                () -> "",
                request,
                saved ->
                    saved
                        .samplingSessionId()
                        .orElseThrow(() -> incomplete("sampling_session_id")))));
  }

  /** Describes the model; blocks, at most until the deadline of the client's waits. */
  public GetInfoResponse getInfo() {
    GetInfoRequest request = GetInfoRequest.builder().modelId(modelId).build();
    return results.await("GetInfo", () -> passes.api().call(Operations.GET_INFO, request));
  }

  /**
   * Returns where the model's tokenizer is found; blocks.
   *
   * @throws RequestFailedException when the server does not tell the model's name
   */
  public TokenizerId tokenizerId() {
    ModelData model = getInfo().modelData();
    String name =
        model
            .modelName()
            .orElseThrow(() ->
                new RequestFailedException(
                    "GetInfo",
                    "unknown",
                    "the answer has no model_data.model_name",
                    RequestFailedException.Category.SERVER));
    return TokenizerId.resolve(name, model.tokenizerId().orElse(null));
  }

  /**
   * Frees the model on the server after all operations called before, also when one of them has
   * failed for good and no other can be called any more. Later operations fail. Checkpoints stay.
   */
  public CompletableFuture<UnloadModelResponse> unload() {
    PendingCall<UnloadModelResponse> pending = pending("UnloadModel");
    return start(
        pending,
        lane::reserveAnyhow,
        turn ->
            call -> {
              long begin = results.time().nanoTime();
              UntypedFuture promise =
                  turn.take(place -> {
                    UntypedFuture accepted =
                        passes
                            .api()
                            .call(
                                Operations.UNLOAD_MODEL,
                                UnloadModelRequest.builder().modelId(modelId).build());
                    lane.halt(new IllegalStateException("the model was unloaded."));
                    unloaded.run();
                    return accepted;
                  });
              return await(turn, promise.requestId(), ResultType.UNLOAD_MODEL, begin, call);
            });
  }

  private CompletableFuture<ForwardBackwardOutput> pass(
      List<Datum> data, LossFunction loss, boolean forwardOnly) {
    Objects.requireNonNull(loss, "loss");
    Work<ForwardBackwardOutput> work;
    try {
      SubmissionChecks.loss(loss);
      passes.features().requireLoss(loss);
      ForwardBackwardCall pass =
          new ForwardBackwardCall(
              passes, modelId, SubmissionChecks.data(data, loss), loss, forwardOnly);
      work = turn -> call -> pass.await(turn.take(pass::submit), call, turn::failedWith);
    } catch (IllegalArgumentException | NotSupportedException e) {
      work = refusing(e);
    }
    PendingCall<ForwardBackwardOutput> call = pending(forwardOnly ? "Forward" : "ForwardBackward");
    Effect effect = forwardOnly ? Effect.NONE : Effect.GRADIENT;
    return start(call, () -> lane.reserve(effect, call.future()::isSeen), work);
  }

  CompletableFuture<LoadWeightsResponse> load(
      String path, boolean optimizer, @Nullable String weightsAccessToken) {
    Objects.requireNonNull(path, "path");
    LoadWeightsRequest.Builder request =
        LoadWeightsRequest.builder().modelId(modelId).path(path).optimizer(optimizer);
    if (weightsAccessToken != null) {
      request.weightsAccessToken(weightsAccessToken);
    }
    return start(
        ResultType.LOAD_WEIGHTS.requestType(),
        Effect.STATE,
        () -> {
          String unused = SubmissionChecks.trainingPath(path);
          return submitted(
              ResultType.LOAD_WEIGHTS,
              seqId ->
                  passes
                      .api()
                      .call(
                          Operations.LOAD_WEIGHTS,
                          request.seqId(seqId).build(),
                          SubmissionOptions.ORDERED));
        });
  }

  private <R> CompletableFuture<R> saveForSampler(
      Supplier<String> name,
      SaveWeightsForSamplerRequest.Builder request,
      Function<SaveWeightsForSamplerResponse, R> result) {
    return save(
        ResultType.SAVE_WEIGHTS_FOR_SAMPLER,
        name,
        (seqId, call) ->
            passes
                .api()
                .call(Operations.SAVE_WEIGHTS_FOR_SAMPLER, request.seqId(seqId).build(), call),
        path -> SaveWeightsForSamplerResponse.builder().path(path).build(),
        result);
  }

  private static RequestFailedException incomplete(String missing) {
    return new RequestFailedException(
        ResultType.SAVE_WEIGHTS_FOR_SAMPLER.requestType(),
        "unknown",
        "the answer has no " + missing,
        RequestFailedException.Category.SERVER);
  }

  /**
   * Saves.
   *
   * @param checkedName within the run, such as {@code weights/a}; empty for a save without a name
   */
  private <T, R> CompletableFuture<R> save(
      ResultType<T> type,
      Supplier<String> checkedName,
      BiFunction<Long, CallOptions, UntypedFuture> submission,
      Function<String, T> savedBefore,
      Function<T, R> result) {
    SaveSubmission save = new SaveSubmission(passes.api(), modelId);
    return start(
        type.requestType(),
        Effect.NONE,
        () -> {
          String name = checkedName.get();
          return turn ->
              call -> {
                long begin = results.time().nanoTime();
                SaveSubmission.Outcome outcome =
                    turn.take(place ->
                        place.send(seqId ->
                            save.submit(name, options -> submission.apply(seqId, options))));
                return result.apply(
                    switch (outcome) {
                      case SaveSubmission.Outcome.Saved saved -> savedBefore.apply(saved.path());
                      case SaveSubmission.Outcome.Accepted accepted ->
                          await(turn, accepted.requestId(), type, begin, call);
                    });
              };
        });
  }

  private <T> CompletableFuture<T> single(
      ResultType<T> type, Effect effect, LongFunction<UntypedFuture> submission) {
    return start(type.requestType(), effect, () -> submitted(type, submission));
  }

  private <T> Work<T> submitted(ResultType<T> type, LongFunction<UntypedFuture> submission) {
    return turn ->
        call -> {
          long begin = results.time().nanoTime();
          UntypedFuture promise = turn.take(place -> place.send(submission::apply));
          return await(turn, promise.requestId(), type, begin, call);
        };
  }

  private <T> T await(
      SubmissionLane.Turn turn,
      String requestId,
      ResultType<T> type,
      long begin,
      PendingCall<?> call)
      throws InterruptedException {
    Duration roundtrip = Duration.ofNanos(results.time().nanoTime() - begin);
    try {
      return results.await(requestId, type, roundtrip, call);
    } catch (RequestFailedException | PromiseExpiredException e) {
      turn.failed(e);
      throw e;
    }
  }

  private <T> CompletableFuture<T> refused(ResultType<T> type, Effect effect, String reason) {
    return start(
        type.requestType(),
        effect,
        () -> {
          throw new IllegalArgumentException(reason);
        });
  }

  private <T> PendingCall<T> pending(String operation) {
    return results.begin(operation);
  }

  /**
   * Starts an operation. What its preparation refuses fails in its turn, as what the server refuses
   * does.
   */
  private <T> CompletableFuture<T> start(
      String operation, Effect effect, Supplier<Work<T>> preparation) {
    PendingCall<T> call = pending(operation);
    Work<T> work = prepared(preparation);
    return start(call, () -> lane.reserve(effect, call.future()::isSeen), work);
  }

  private static <T> Work<T> prepared(Supplier<Work<T>> preparation) {
    try {
      return preparation.get();
    } catch (IllegalArgumentException | NotSupportedException e) {
      return refusing(e);
    }
  }

  private static <T> Work<T> refusing(RuntimeException reason) {
    return turn ->
        call ->
            turn.take(place -> {
              throw reason;
            });
  }

  /** Reserves the place in the caller's thread; all else happens on a thread of the SDK. */
  private <T> CompletableFuture<T> start(
      PendingCall<T> call, Supplier<SubmissionLane.Turn> reservation, Work<T> work) {
    SubmissionLane.Turn turn;
    try {
      session.checkAlive();
      turn = reservation.get();
    } catch (SessionLostException e) {
      lane.halt(e);
      return call.failed(e);
    } catch (TrainingHaltedException | IllegalStateException e) {
      return call.failed(e);
    }
    try {
      return results.runner().launch("train", call, work.in(turn));
    } catch (RuntimeException e) {
      turn.abandon(e);
      return call.failed(e);
    }
  }

  /** What an operation does once its turn is reserved. */
  @FunctionalInterface
  private interface Work<T> {
    Runner.Work<T> in(SubmissionLane.Turn turn);
  }

  @Override
  public String toString() {
    return "TrainingClient{" + modelId + "}";
  }
}
