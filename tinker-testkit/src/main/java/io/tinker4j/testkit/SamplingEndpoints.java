package io.tinker4j.testkit;

import io.tinker4j.testkit.model.LoraModel;
import io.tinker4j.testkit.model.Sampler;
import io.tinker4j.types.CreateSamplingSessionRequest;
import io.tinker4j.types.CreateSamplingSessionResponse;
import io.tinker4j.types.SampleRequest;
import io.tinker4j.types.UntypedFuture;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Samplers and sampling. */
final class SamplingEndpoints {
  private final Registry registry;
  private final FutureStore futures;
  private final CheckpointStore checkpoints;
  private final BaseModels baseModels;
  private final ComputePool compute;

  SamplingEndpoints(
      Registry registry,
      FutureStore futures,
      CheckpointStore checkpoints,
      BaseModels baseModels,
      ComputePool compute) {
    this.registry = registry;
    this.futures = futures;
    this.checkpoints = checkpoints;
    this.baseModels = baseModels;
    this.compute = compute;
  }

  void addTo(Router router) {
    router
        .add("POST", "create_sampling_session", this::createSamplingSession)
        .add("POST", "asample", this::sample)
        .add("GET", "samplers/*", this::getSampler);
  }

  private Answer createSamplingSession(HttpCall call) throws InterruptedException {
    CreateSamplingSessionRequest request =
        JsonBodies.read(call.body(), CreateSamplingSessionRequest.class);
    Session session = registry.session(call.owner(), request.sessionId());
    int seqId = request.samplingSessionSeqId();
    if (seqId < 0) {
      throw RefusedException.badRequest(
          "sampling_session_seq_id is " + seqId + "; samplers count from 0");
    }
    String id = session.samplerId(seqId);
    String fingerprint = JsonBodies.fingerprint("create_sampling_session", request);
    if (registry.findSampler(id).isEmpty()) {
      BoundSampler sampler =
          bind(
              call.owner(),
              id,
              seqId,
              request.baseModel().orElse(null),
              request.modelPath().orElse(null),
              fingerprint);
      registry.addSampler(sampler);
    }
    if (!registry.sampler(call.owner(), id).source().fingerprint().equals(fingerprint)) {
      throw RefusedException.conflict("sampler " + id + " was created by another request");
    }
    return JsonBodies.ok(CreateSamplingSessionResponse.builder().samplingSessionId(id).build());
  }

  private BoundSampler bind(
      String owner,
      String id,
      int seqId,
      @Nullable String baseModel,
      @Nullable String modelPath,
      String fingerprint)
      throws InterruptedException {
    if (baseModel != null && modelPath == null) {
      baseModels.require(baseModel);
      return new BoundSampler(
          id,
          owner,
          seqId,
          new BoundSampler.Source(baseModel, null, fingerprint),
          baseModels.sampler(baseModel));
    }
    if (baseModel != null || modelPath == null) {
      throw RefusedException.badRequest("one of base_model and model_path must be set");
    }
    TinkerPath path = TinkerPath.parse(modelPath);
    TrainingRunEntry run = checkpoints.runOf(owner, path);
    return new BoundSampler(
        id,
        owner,
        seqId,
        new BoundSampler.Source(run.baseModel(), path.toString(), fingerprint),
        load(owner, path));
  }

  private Sampler load(String owner, TinkerPath path) throws InterruptedException {
    try {
      return compute.call(() ->
          checkpoints.load(owner, path, dir -> LoraModel.restore(dir, false).frozenSampler()));
    } catch (InterruptedException | RuntimeException e) {
      throw e;
    } catch (IOException e) {
      throw RefusedException.notFound("checkpoint " + path + " cannot be read: " + e.getMessage());
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  private Answer sample(HttpCall call) throws InterruptedException {
    SampleRequest request = JsonBodies.read(call.body(), SampleRequest.class);
    BoundSampler sampler = samplerOf(call, request);
    SampleTask task = SampleTask.of(request, sampler.seqId());
    Promise promise = futures.create();
    compute.processors().execute(() -> run(task, sampler.sampler(), promise));
    return JsonBodies.ok(UntypedFuture.builder().requestId(promise.requestId()).build());
  }

  private BoundSampler samplerOf(HttpCall call, SampleRequest request) throws InterruptedException {
    if (request.samplingSessionId().isEmpty()) {
      return bind(
          call.owner(),
          "",
          0,
          request.baseModel().orElse(null),
          request.modelPath().orElse(null),
          "");
    }
    if (request.baseModel().isPresent() || request.modelPath().isPresent()) {
      throw RefusedException.badRequest("sampling_session_id excludes base_model and model_path");
    }
    return registry.sampler(call.owner(), request.samplingSessionId().get());
  }

  private static void run(SampleTask task, Sampler sampler, Promise promise) {
    try {
      promise.complete(new Outcome.Finished(task.run(sampler)));
    } catch (RuntimeException e) {
      promise.complete(Outcome.Failed.of(e));
    }
  }

  private Answer getSampler(HttpCall call) {
    BoundSampler sampler = registry.sampler(call.owner(), call.pathParameter(0));
    Map<String, Object> wire = new LinkedHashMap<>();
    wire.put("sampler_id", sampler.id());
    wire.put("base_model", sampler.source().baseModel());
    if (sampler.source().modelPath() != null) {
      wire.put("model_path", sampler.source().modelPath());
    }
    return JsonBodies.ok(wire);
  }
}
