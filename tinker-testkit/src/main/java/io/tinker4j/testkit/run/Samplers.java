package io.tinker4j.testkit.run;

import io.tinker4j.testkit.checkpoint.CheckpointStore;
import io.tinker4j.testkit.checkpoint.OperationException;
import io.tinker4j.testkit.checkpoint.StoredPath;
import io.tinker4j.testkit.checkpoint.TrainingRunEntry;
import io.tinker4j.testkit.http.JsonBodies;
import io.tinker4j.testkit.http.RefusedException;
import io.tinker4j.testkit.journal.LogEntry;
import io.tinker4j.testkit.model.LoraModel;
import io.tinker4j.testkit.model.Sampler;
import io.tinker4j.types.wire.CreateSamplingSessionRequest;
import java.io.IOException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Makes samplers of base models, of checkpoints and of models as they are now. */
public final class Samplers {
  private final Registry registry;
  private final CheckpointStore checkpoints;
  private final BaseModels baseModels;
  private final ComputePool compute;
  private final Chronicle chronicle;
  private final Behaviour behaviour;

  public Samplers(
      Registry registry,
      CheckpointStore checkpoints,
      BaseModels baseModels,
      ComputePool compute,
      Chronicle chronicle,
      Behaviour behaviour) {
    this.registry = registry;
    this.checkpoints = checkpoints;
    this.baseModels = baseModels;
    this.compute = compute;
    this.chronicle = chronicle;
    this.behaviour = behaviour;
  }

  /**
   * Makes a sampler of a base model or a checkpoint.
   *
   * @throws RefusedException 400 unless one of the two is given, 404 when it is unknown, unless
   *     that is found out by {@link #requireThere}
   */
  public BoundSampler bind(
      String owner,
      String id,
      String sessionId,
      int seqId,
      @Nullable String baseModel,
      @Nullable String modelPath,
      String fingerprint)
      throws InterruptedException {
    if ((baseModel == null) == (modelPath == null)) {
      throw RefusedException.badRequest("one of base_model and model_path must be set");
    }
    BoundSampler.Loading loading = loading(owner, baseModel, modelPath);
    if (behaviour.checksValues()) {
      if (baseModel != null) {
        baseModels.require(baseModel);
      } else {
        StoredPath path = StoredPath.parse(String.valueOf(modelPath));
        TrainingRunEntry unused = checkpoints.runOf(owner, path);
        Sampler sampler = load(path, loading);
        loading = () -> sampler;
      }
    }
    return new BoundSampler(
        id, owner, sessionId, seqId, source(baseModel, modelPath, fingerprint), loading);
  }

  private BoundSampler.Loading loading(
      String owner, @Nullable String baseModel, @Nullable String modelPath) {
    return modelPath == null
        ? () -> baseModels.sampler(String.valueOf(baseModel))
        : () ->
            checkpoints.load(
                owner,
                StoredPath.parse(modelPath),
                dir -> LoraModel.restore(dir, false, baseModels::model).frozenSampler());
  }

  /** What is sampled from; of a path that leads nowhere, the base model is empty. */
  private BoundSampler.Source source(
      @Nullable String baseModel, @Nullable String modelPath, String fingerprint) {
    String base =
        modelPath == null
            ? String.valueOf(baseModel)
            : StoredPath.tryParse(modelPath)
                .flatMap(path -> checkpoints.findRun(path.runId()))
                .map(TrainingRunEntry::baseModel)
                .orElse("");
    return new BoundSampler.Source(base, modelPath, fingerprint);
  }

  /**
   * Checks what was not checked when the sampler was made.
   *
   * @throws RefusedException 400 when its path is none, 404 when its checkpoint is unknown
   */
  public void requireThere(BoundSampler sampler) {
    String modelPath = sampler.source().modelPath();
    if (modelPath != null && !behaviour.checksValues()) {
      TrainingRunEntry unused = checkpoints.runOf(sampler.owner(), StoredPath.parse(modelPath));
    }
  }

  /**
   * Samples; where samplers share the weights of live models, in its turn among the operations of
   * the model that its checkpoint is of, whose weights it overwrites.
   */
  public void sample(BoundSampler sampler, Runnable sampling) {
    String modelPath = sampler.source().modelPath();
    if (modelPath != null && behaviour.samplersOverwriteModels()) {
      StoredPath path = StoredPath.parse(modelPath);
      TrainedModel model = registry.findModel(path.runId());
      if (model != null) {
        model.overwrite(engine -> overwrite(engine, sampler.owner(), path), sampling);
        return;
      }
    }
    compute.processors().execute(sampling);
  }

  private void overwrite(LoraModel engine, String owner, StoredPath path) throws IOException {
    Object unused =
        checkpoints.load(
            owner,
            path,
            dir -> {
              engine.overwriteWeights(dir);
              return dir;
            });
  }

  private Sampler load(StoredPath path, BoundSampler.Loading loading) throws InterruptedException {
    try {
      return compute.call(loading::load);
    } catch (InterruptedException | RuntimeException e) {
      throw e;
    } catch (IOException e) {
      throw RefusedException.notFound("checkpoint " + path + " cannot be read: " + e.getMessage());
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  /** Makes a sampler of former times again; what it samples from is read when it is first used. */
  public void restore(String id, StoredRequest stored) {
    CreateSamplingSessionRequest request =
        JsonBodies.read(stored.body(), CreateSamplingSessionRequest.class);
    String baseModel = request.baseModel().orElse("");
    String modelPath = request.modelPath().orElse(null);
    registry.addSampler(
        new BoundSampler(
            id,
            stored.owner(),
            request.sessionId(),
            request.samplingSessionSeqId(),
            source(
                baseModel, modelPath, JsonBodies.fingerprint("create_sampling_session", request)),
            loading(stored.owner(), baseModel, modelPath)));
  }

  /**
   * A sampler that is to be made of a model.
   *
   * @param modelPath the checkpoint that it is saved as, if it is
   * @param operation what makes it; the same operation replaces its own work when it is carried out
   *     again after a crash
   */
  public record Kept(String id, int samplingSeqId, @Nullable String modelPath, String operation) {}

  /**
   * Makes a sampler of a model as it is now, durably.
   *
   * @throws OperationException when there is another sampler of the id
   */
  public void keep(TrainedModel model, LoraModel engine, Kept kept) throws IOException {
    String id = kept.id();
    String fingerprint = "save:" + model.id() + ":" + kept.operation();
    Sampler frozen = engine.frozenSampler();
    BoundSampler sampler =
        new BoundSampler(
            id,
            model.session().owner(),
            model.session().id(),
            kept.samplingSeqId(),
            new BoundSampler.Source(model.run().baseModel(), kept.modelPath(), fingerprint),
            () -> frozen);
    Optional<BoundSampler> other = registry.addSampler(sampler);
    if (other.isPresent() && !other.get().source().fingerprint().equals(fingerprint)) {
      throw new OperationException("ResourceAlreadyExists: sampler " + id + " exists");
    }
    chronicle.engines().keepSampler(id, engine);
    chronicle.kept(sampler);
  }

  /** Makes a sampler of former times again that {@link #keep} made. */
  public void restoreKept(LogEntry kept) {
    String id = kept.text(Chronicle.ID);
    registry.addSampler(
        new BoundSampler(
            id,
            kept.text(Chronicle.OWNER),
            kept.text(Chronicle.SESSION),
            (int) kept.number(Chronicle.SEQ),
            new BoundSampler.Source(
                kept.text(Chronicle.BASE_MODEL), null, kept.text(Chronicle.FINGERPRINT)),
            () -> chronicle.engines().restoreSampler(id)));
  }
}
