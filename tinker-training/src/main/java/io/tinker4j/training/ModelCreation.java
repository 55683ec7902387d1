package io.tinker4j.training;

import io.tinker4j.training.internal.ResultType;
import io.tinker4j.transport.CallInterruptedException;
import io.tinker4j.transport.TinkerException;
import io.tinker4j.transport.client.ApiClient;
import io.tinker4j.transport.endpoint.Operations;
import io.tinker4j.types.LoadWeightsResponse;
import io.tinker4j.types.LoraConfig;
import io.tinker4j.types.WeightsInfoResponse;
import io.tinker4j.types.wire.CreateModelRequest;
import io.tinker4j.types.wire.LoadWeightsRequest;
import io.tinker4j.types.wire.UnloadModelRequest;
import io.tinker4j.types.wire.UntypedFuture;
import io.tinker4j.types.wire.WeightsInfoRequest;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Creates models, new ones and from checkpoints, on the thread that asks for them. */
final class ModelCreation {
  private static final System.Logger log = System.getLogger(ModelCreation.class.getName());

  private final ApiClient api;
  private final Supplier<ClientFactory> clients;
  private final Supplier<Session> session;

  /** Prepares; clients and session are asked for when something is to be created. */
  ModelCreation(ApiClient api, Supplier<ClientFactory> clients, Supplier<Session> session) {
    this.api = api;
    this.clients = clients;
    this.session = session;
  }

  /** Creates a new model. */
  TrainingClient create(String baseModel, LoraConfig lora, LoraOptions options) {
    return create(
        CreateModelRequest.builder()
            .baseModel(baseModel)
            .loraConfig(lora)
            .userMetadata(options.userMetadata())
            .optimizerConfig(options.optimizerConfig()),
        baseModel);
  }

  /** Creates a model from a checkpoint, in the way that the server's configuration asks for. */
  TrainingClient restore(String path, RestoreOptions options, boolean optimizer) {
    return clients.get().config().createModelViaLoadWeights()
        ? loadAsNew(path, options, optimizer)
        : createAndLoad(path, options, optimizer);
  }

  private TrainingClient createAndLoad(String path, RestoreOptions options, boolean optimizer) {
    WeightsInfoResponse info = weightsInfo(path, options);
    LoraConfig lora =
        LoraConfig.builder()
            .rank(
                info.loraRank()
                    .orElseThrow(() ->
                        new IllegalArgumentException(
                            path + " is not a LoRA checkpoint; only those can be trained")))
            .trainMlp(info.trainMlp().orElse(true))
            .trainAttn(info.trainAttn().orElse(true))
            .trainUnembed(info.trainUnembed().orElse(true))
            .build();
    String baseModel = options.baseModel().orElse(info.baseModel());
    TrainingClient client =
        create(
            CreateModelRequest.builder()
                .baseModel(baseModel)
                .loraConfig(lora)
                .userMetadata(options.userMetadata()),
            baseModel);
    try {
      LoadWeightsResponse unused =
          Runner.join(
              "LoadWeights",
              client.load(path, optimizer, options.weightsAccessToken().orElse(null)));
      return client;
    } catch (RuntimeException e) {
      CompletableFuture<?> freed = clients.get().runner().run("free", () -> free(client.modelId()));
      if (!Thread.currentThread().isInterrupted()) {
        freed.join();
      }
      throw e;
    }
  }

  private WeightsInfoResponse weightsInfo(String path, RestoreOptions options) {
    WeightsInfoRequest request = WeightsInfoRequest.builder().tinkerPath(path).build();
    if (options.weightsAccessToken().isEmpty()) {
      return api.call(Operations.WEIGHTS_INFO, request);
    }
    try (ApiClient reader = api.withApiKey(options.weightsAccessToken().get())) {
      reader.configure(reader.call(Operations.CLIENT_CONFIG, DynamicConfig.request(reader)));
      return reader.call(Operations.WEIGHTS_INFO, request);
    }
  }

  /** The model that could not be loaded is of no use; what went wrong is reported anyway. */
  private boolean free(String modelId) {
    try {
      api.call(Operations.UNLOAD_MODEL, UnloadModelRequest.builder().modelId(modelId).build());
    } catch (TinkerException e) {
      log.log(
          System.Logger.Level.WARNING,
          () -> "a model without use stays on the server: %s (%s)".formatted(modelId, e));
      return false;
    }
    return true;
  }

  private TrainingClient create(CreateModelRequest.Builder request, String baseModel) {
    Session open = session.get();
    request.sessionId(open.id()).modelSeqId(open.nextModel());
    return created(
        open,
        ResultType.CREATE_MODEL,
        baseModel,
        () -> api.call(Operations.CREATE_MODEL, request.build()),
        response -> response.modelId(),
        baseModel);
  }

  private TrainingClient loadAsNew(String path, RestoreOptions options, boolean optimizer) {
    Session open = session.get();
    int modelSeqId = open.nextModel();
    String modelId = open.id() + ":train:" + modelSeqId;
    LoadWeightsRequest.Builder request =
        LoadWeightsRequest.builder()
            .sessionId(open.id())
            .modelSeqId(modelSeqId)
            .path(path)
            .optimizer(optimizer)
            .userMetadata(options.userMetadata());
    options.baseModel().ifPresent(request::baseModel);
    options.weightsAccessToken().ifPresent(request::weightsAccessToken);
    return created(
        open,
        ResultType.LOAD_WEIGHTS,
        modelId,
        () -> api.call(Operations.LOAD_WEIGHTS, request.build(), SubmissionOptions.ORDERED),
        response -> modelId,
        options.baseModel().orElse(null));
  }

  private <T> TrainingClient created(
      Session open,
      ResultType<T> type,
      String subject,
      Supplier<UntypedFuture> submission,
      Function<T, String> modelId,
      @Nullable String baseModel) {
    ResultWaiter results = clients.get().creation(subject);
    PendingCall<T> creation = results.begin(type.requestType());
    long start = results.time().nanoTime();
    UntypedFuture promise = submission.get();
    Duration roundtrip = Duration.ofNanos(results.time().nanoTime() - start);
    try {
      T created = results.await(promise.requestId(), type, roundtrip, creation);
      return clients.get().created(open, modelId.apply(created), baseModel);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CallInterruptedException(type.requestType() + " was interrupted", e);
    }
  }
}
