package io.tinker4j.testkit.endpoint;

import io.tinker4j.testkit.http.Answer;
import io.tinker4j.testkit.http.HttpCall;
import io.tinker4j.testkit.http.JsonBodies;
import io.tinker4j.testkit.http.RefusedException;
import io.tinker4j.testkit.http.Router;
import io.tinker4j.testkit.run.Behaviour;
import io.tinker4j.testkit.run.BoundSampler;
import io.tinker4j.testkit.run.Chronicle;
import io.tinker4j.testkit.run.ComputePool;
import io.tinker4j.testkit.run.FutureStore;
import io.tinker4j.testkit.run.Outcome;
import io.tinker4j.testkit.run.Promise;
import io.tinker4j.testkit.run.Registry;
import io.tinker4j.testkit.run.Samplers;
import io.tinker4j.testkit.run.ServerSession;
import io.tinker4j.testkit.run.StoredRequest;
import io.tinker4j.testkit.run.UsageMeter;
import io.tinker4j.testkit.run.Workshop;
import io.tinker4j.types.GetSamplerResponse;
import io.tinker4j.types.SampleResponse;
import io.tinker4j.types.wire.CreateSamplingSessionRequest;
import io.tinker4j.types.wire.CreateSamplingSessionResponse;
import io.tinker4j.types.wire.SampleRequest;
import io.tinker4j.types.wire.UntypedFuture;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** Samplers and sampling. */
public final class SamplingEndpoints {
  private final Registry registry;
  private final FutureStore futures;
  private final Samplers samplers;
  private final UsageMeter meter;
  private final ComputePool compute;
  private final Chronicle chronicle;
  private final Behaviour behaviour;
  private final boolean deduplicates;

  public SamplingEndpoints(
      Registry registry, Samplers samplers, Workshop workshop, Behaviour behaviour) {
    this.registry = registry;
    this.futures = workshop.futures();
    this.samplers = samplers;
    this.meter = workshop.meter();
    this.compute = workshop.compute();
    this.chronicle = workshop.chronicle();
    this.behaviour = behaviour;
    this.deduplicates = workshop.deduplicates();
  }

  public void addTo(Router router) {
    router
        .add("POST", "create_sampling_session", this::createSamplingSession)
        .add("POST", "asample", this::sample)
        .add("GET", "samplers/*", this::getSampler);
  }

  private Answer createSamplingSession(HttpCall call) throws InterruptedException {
    CreateSamplingSessionRequest request =
        JsonBodies.read(call.body(), CreateSamplingSessionRequest.class);
    ServerSession session = registry.session(call.owner(), request.sessionId());
    int seqId = request.samplingSessionSeqId();
    if (seqId < 0) {
      throw RefusedException.badRequest(
          "sampling_session_seq_id is " + seqId + "; samplers count from 0");
    }
    String id = behaviour.samplerId(session, seqId);
    String fingerprint = JsonBodies.fingerprint("create_sampling_session", request);
    if (registry.findSampler(id).isEmpty()) {
      BoundSampler sampler =
          samplers.bind(
              call.owner(),
              id,
              session.id(),
              seqId,
              request.baseModel().orElse(null),
              request.modelPath().orElse(null),
              fingerprint);
      if (registry.addSampler(sampler).isEmpty()) {
        chronicle.sync(chronicle.sampler(id, StoredRequest.of("create_sampling_session", call)));
      }
    }
    if (!registry.sampler(call.owner(), id).source().fingerprint().equals(fingerprint)) {
      throw RefusedException.conflict("sampler " + id + " was created by another request");
    }
    return JsonBodies.ok(CreateSamplingSessionResponse.builder().samplingSessionId(id).build());
  }

  private Answer sample(HttpCall call) throws InterruptedException {
    StoredRequest stored = StoredRequest.of("asample", call);
    SampleRequest request = JsonBodies.read(call.body(), SampleRequest.class);
    BoundSampler sampler = samplerOf(call.owner(), request);
    samplers.requireThere(sampler);
    SampleTask task = SampleTask.of(request, sampler, behaviour);
    String fingerprint = JsonBodies.fingerprint("asample", request);
    boolean isNumbered = isNumbered(request);
    Supplier<BoundSampler.Request> beginning =
        () -> start(stored, isNumbered ? sampler.id() : "", request, task, sampler);
    BoundSampler.Request begun =
        isNumbered
            ? sampler.request(request.seqId().getAsLong(), fingerprint, beginning)
            : beginning.get();
    chronicle.sync(begun.entry());
    List<String> sequenceIds = new ArrayList<>();
    for (int i = 0; i < request.numSamples(); i++) {
      sequenceIds.add(begun.requestId() + ":" + i);
    }
    return JsonBodies.ok(
        UntypedFuture.builder()
            .requestId(begun.requestId())
            .sampleSequenceIds(sequenceIds)
            .build());
  }

  private boolean isNumbered(SampleRequest request) {
    return deduplicates
        && behaviour.recognisesSamples()
        && request.samplingSessionId().isPresent()
        && request.seqId().isPresent();
  }

  private BoundSampler.Request start(
      StoredRequest stored,
      String samplerId,
      SampleRequest request,
      SampleTask task,
      BoundSampler sampler) {
    Promise promise = futures.create(stored.owner());
    String fingerprint = JsonBodies.fingerprint("asample", request);
    long entry =
        chronicle.sample(
            promise.requestId(), samplerId, request.seqId().orElse(0), fingerprint, stored);
    samplers.sample(sampler, () -> run(task, sampler, promise));
    return new BoundSampler.Request(fingerprint, promise.requestId(), entry);
  }

  /**
   * A request of former times.
   *
   * @param samplerId empty when the request has no number
   */
  record Past(String samplerId, long number, String fingerprint, long address, Promise promise) {}

  /** Takes up a request of former times, which is run again unless its promise is kept. */
  void restore(Past past) {
    Promise promise = past.promise();
    BoundSampler.Request begun =
        new BoundSampler.Request(past.fingerprint(), promise.requestId(), past.address());
    registry
        .findSampler(past.samplerId())
        .ifPresent(sampler -> {
          BoundSampler.Request unused =
              sampler.request(past.number(), past.fingerprint(), () -> begun);
        });
    if (!promise.isDone()) {
      runAgain(chronicle.read(past.address()), promise);
    }
  }

  private void runAgain(StoredRequest stored, Promise promise) {
    try {
      SampleRequest request = JsonBodies.read(stored.body(), SampleRequest.class);
      BoundSampler sampler = samplerOf(stored.owner(), request);
      SampleTask task = SampleTask.of(request, sampler, behaviour);
      compute.processors().execute(() -> run(task, sampler, promise));
    } catch (RefusedException e) {
      promise.complete(chronicle.finish(chronicle.done(promise.requestId()), Outcome.Failed.of(e)));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private BoundSampler samplerOf(String owner, SampleRequest request) throws InterruptedException {
    if (request.samplingSessionId().isEmpty()) {
      return samplers.bind(
          owner, "", "", 0, request.baseModel().orElse(null), request.modelPath().orElse(null), "");
    }
    if (request.baseModel().isPresent() || request.modelPath().isPresent()) {
      throw RefusedException.badRequest("sampling_session_id excludes base_model and model_path");
    }
    return registry.sampler(owner, request.samplingSessionId().get());
  }

  private void run(SampleTask task, BoundSampler sampler, Promise promise) {
    Map<String, Object> fields = chronicle.done(promise.requestId());
    Outcome outcome;
    try {
      SampleResponse response = behaviour.sample(task.run(sampler.sampler()));
      UsageMeter.Account account = sampler.account();
      meter.add(account, UsageMeter.Kind.PREFILL, task.promptLength());
      meter.add(account, UsageMeter.Kind.SAMPLE, SampleTask.generated(response));
      fields.put(Chronicle.OWNER, account.owner());
      fields.put(Chronicle.SESSION, account.sessionId());
      fields.put(Chronicle.BASE_MODEL, account.baseModel());
      fields.put(Chronicle.TOKENS, task.promptLength());
      fields.put(Chronicle.GENERATED, SampleTask.generated(response));
      outcome = new Outcome.Finished(response);
    } catch (RuntimeException | Error e) {
      outcome = Outcome.Failed.of(e);
    }
    promise.complete(chronicle.finish(fields, outcome));
  }

  private Answer getSampler(HttpCall call) {
    BoundSampler sampler = registry.sampler(call.owner(), call.pathParameter(0));
    GetSamplerResponse.Builder wire =
        GetSamplerResponse.builder()
            .samplerId(sampler.id())
            .baseModel(sampler.source().baseModel());
    if (sampler.source().modelPath() != null) {
      wire.modelPath(sampler.source().modelPath());
    }
    return JsonBodies.ok(wire.build());
  }
}
