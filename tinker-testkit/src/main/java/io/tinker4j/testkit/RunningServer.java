package io.tinker4j.testkit;

import io.tinker4j.testkit.checkpoint.CheckpointStore;
import io.tinker4j.testkit.endpoint.AuditLog;
import io.tinker4j.testkit.endpoint.BillingEndpoints;
import io.tinker4j.testkit.endpoint.CheckpointEndpoints;
import io.tinker4j.testkit.endpoint.Downloads;
import io.tinker4j.testkit.endpoint.ExternalWeights;
import io.tinker4j.testkit.endpoint.FutureEndpoints;
import io.tinker4j.testkit.endpoint.ModelEndpoints;
import io.tinker4j.testkit.endpoint.ModelOperations;
import io.tinker4j.testkit.endpoint.Recovery;
import io.tinker4j.testkit.endpoint.RunEndpoints;
import io.tinker4j.testkit.endpoint.SamplingEndpoints;
import io.tinker4j.testkit.endpoint.ServiceEndpoints;
import io.tinker4j.testkit.endpoint.SessionEndpoints;
import io.tinker4j.testkit.endpoint.TrainingEndpoints;
import io.tinker4j.testkit.endpoint.WeightsEndpoints;
import io.tinker4j.testkit.http.HttpFront;
import io.tinker4j.testkit.http.HttpListener;
import io.tinker4j.testkit.http.KeyCheck;
import io.tinker4j.testkit.http.LocalListener;
import io.tinker4j.testkit.http.Router;
import io.tinker4j.testkit.http.SignedTokens;
import io.tinker4j.testkit.http.Surroundings;
import io.tinker4j.testkit.journal.Journal;
import io.tinker4j.testkit.openai.OpenAiEndpoints;
import io.tinker4j.testkit.run.AdapterSlots;
import io.tinker4j.testkit.run.BaseModels;
import io.tinker4j.testkit.run.Behaviour;
import io.tinker4j.testkit.run.Chronicle;
import io.tinker4j.testkit.run.ComputePool;
import io.tinker4j.testkit.run.EngineStore;
import io.tinker4j.testkit.run.FutureStore;
import io.tinker4j.testkit.run.Registry;
import io.tinker4j.testkit.run.Samplers;
import io.tinker4j.testkit.run.TrainedModel;
import io.tinker4j.testkit.run.UsageMeter;
import io.tinker4j.testkit.run.Workshop;
import io.tinker4j.testkit.time.ServerTime;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What a restart of the server replaces: all but its settings, its port and what is on disk. */
final class RunningServer implements AutoCloseable {
  private final ServerSettings settings;
  private final Behaviour behaviour;
  private final ServerTime time;
  private final Supplier<URI> baseUrl;
  private final @Nullable Journal journal;
  private final Chronicle chronicle;
  private final SignedTokens tokens;
  private final AuditLog audit;
  private final KeyCheck credentials;
  private final BaseModels baseModels;
  private final ComputePool compute;
  private final FutureStore futures;
  private final Registry registry;
  private final CheckpointStore checkpoints;
  private final HttpFront front;
  private final HttpListener listener;
  private final LocalListener local;

  private RunningServer(
      ServerSettings settings,
      @Nullable Journal journal,
      Recovery recovery,
      Surroundings surroundings,
      Place place)
      throws IOException {
    this.settings = settings;
    this.journal = journal;
    baseUrl = place.baseUrl();
    time = surroundings.time();
    behaviour = settings.personality.behaviour();
    futures = new FutureStore(recovery.requestPrefix());
    baseModels = new BaseModels(settings.baseModels, settings.takesVocabularies);
    chronicle =
        new Chronicle(
            journal, new EngineStore(journal == null ? null : place.data(), baseModels), time);
    tokens = new SignedTokens(time, recovery.signingKey(chronicle));
    audit = new AuditLog(chronicle, time);
    checkpoints =
        CheckpointStore.open(
            place.data(),
            (owner, path) -> audit.checkpointEvent(owner, "checkpoint_created", path),
            time);
    registry = new Registry(time, settings.sessionTimeout, chronicle, behaviour);
    credentials =
        new KeyCheck(settings.apiKey, behaviour.requiresCredential(), tokens, settings.tokenLife);
    compute = new ComputePool(time);
    try {
      front =
          new HttpFront(
              router(recovery),
              credentials,
              settings.maxRequestBytes,
              behaviour.http(),
              surroundings);
      local = new LocalListener(front);
      listener = listener(place.port());
    } catch (RuntimeException | IOException e) {
      compute.close();
      throw e;
    }
  }

  /** Where a server is: its files, its port (0 for any) and how it is addressed once it runs. */
  record Place(Path data, int port, Supplier<URI> baseUrl) {}

  /** Starts a server that goes on where the journal of its data directory ends, if it has one. */
  static RunningServer start(ServerSettings settings, Surroundings surroundings, Place place)
      throws IOException {
    Journal journal = settings.isJournaled() ? Journal.open(place.data().resolve("journal")) : null;
    try {
      Recovery recovery = new Recovery(journal, settings.personality.behaviour().requestPrefix());
      return new RunningServer(settings, journal, recovery, surroundings, place);
    } catch (RuntimeException | IOException e) {
      if (journal != null) {
        journal.close();
      }
      throw e;
    }
  }

  private HttpListener listener(int port) {
    return HttpListener.start(
        front, settings.host, port, settings.heldTime(), settings.tls, behaviour.http());
  }

  private Router router(Recovery recovery) throws IOException {
    Downloads downloads =
        new Downloads(
            tokens, baseUrl, checkpoints, session -> SessionEndpoints.trace(registry, session));
    Workshop workshop = workshop();
    Router router = new Router();
    new ServiceEndpoints(
            registry,
            settings.clientConfig,
            settings.sessionMessages,
            settings.baseModels,
            credentials,
            behaviour,
            time)
        .addTo(router);
    Recovery.Listeners models = addModels(router, workshop);
    new SessionEndpoints(registry, downloads, audit).addTo(router);
    new RunEndpoints(registry, checkpoints).addTo(router);
    new CheckpointEndpoints(checkpoints, downloads, audit, time).addTo(router);
    new ExternalWeights(
            registry, checkpoints, baseModels, credentials, tokens, downloads, behaviour, time)
        .addTo(router);
    new BillingEndpoints(registry, checkpoints, workshop.meter(), time).addTo(router);
    audit.addTo(router);
    downloads.addTo(router);
    new FutureEndpoints(
            futures,
            time,
            settings.heldTime(),
            settings.metadataThreshold,
            settings.protobufResults,
            behaviour)
        .addTo(router);
    recovery.tell(models);
    behaviour.adapt(router);
    return router;
  }

  private Workshop workshop() {
    return new Workshop(
        compute,
        futures,
        new UsageMeter(time),
        chronicle,
        behaviour,
        settings.deduplicates,
        settings.refusedNumbers == RefusedNumbers.USED);
  }

  /** Adds what trains and samples; returns who is told of former times. */
  private Recovery.Listeners addModels(Router router, Workshop workshop) {
    ModelOperations operations = new ModelOperations(registry);
    ModelEndpoints models =
        new ModelEndpoints(
            registry,
            checkpoints,
            baseModels,
            workshop,
            credentials,
            new AdapterSlots(settings.adapterSlots, settings.slotTimeout, time),
            time);
    Samplers samplers =
        new Samplers(registry, checkpoints, baseModels, compute, chronicle, behaviour);
    SamplingEndpoints sampling = new SamplingEndpoints(registry, samplers, workshop, behaviour);
    models.addTo(router);
    new TrainingEndpoints(compute, behaviour, settings.stubbed).addTo(operations);
    new WeightsEndpoints(checkpoints, credentials, models, samplers, operations, behaviour)
        .addTo(router);
    operations.addTo(router);
    sampling.addTo(router);
    new OpenAiEndpoints(samplers, workshop.meter(), behaviour, time).addTo(router);
    return new Recovery.Listeners(
        registry, workshop, audit, models, operations, samplers, sampling, behaviour);
  }

  int port() {
    return listener.port();
  }

  LocalListener local() {
    return local;
  }

  Registry registry() {
    return registry;
  }

  FutureStore futures() {
    return futures;
  }

  /** Notes durably that a model cannot be trained on any more. */
  void poison(TrainedModel model) {
    checkpoints.corrupt(model.run());
  }

  /** Refuses requests from now on; the rest goes on until {@link #close}. */
  void refuseRequests() {
    front.close();
  }

  /** Ends waiting requests and what is being computed, and closes connections and files. */
  @Override
  public void close() {
    front.close();
    futures.close();
    compute.prepareClose();
    local.close();
    try {
      listener.close();
    } finally {
      try {
        compute.close();
      } finally {
        if (journal != null) {
          journal.close();
        }
      }
    }
  }
}
