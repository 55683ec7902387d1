package io.tinker4j.testkit.run;

import io.tinker4j.testkit.checkpoint.TrainingRunEntry;
import io.tinker4j.testkit.model.LoraModel;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/**
 * The engine of a live model, and its snapshots. Its methods are to be called one after the other,
 * each seeing what the former did, but for {@link #weightsHash}.
 */
final class LiveEngine {
  private static final Logger LOG = System.getLogger(LiveEngine.class.getName());

  /** How many operations a restart repeats at most, or few more: snapshots wait for a step. */
  private static final long SNAPSHOT_INTERVAL = 64;

  private final String id;
  private final TrainingRunEntry run;
  private final Workshop workshop;
  private @Nullable LoraModel engine;
  private long lastSnapshot;
  private volatile @Nullable String weightsHash;

  LiveEngine(String id, TrainingRunEntry run, Workshop workshop) {
    this.id = id;
    this.run = run;
    this.workshop = workshop;
  }

  /** Makes the engine, on a processor thread. */
  @FunctionalInterface
  public interface Creation {
    LoraModel createEngine() throws Exception;
  }

  /** Changes an engine between two operations. */
  @FunctionalInterface
  interface Change {
    void apply(LoraModel engine) throws Exception;
  }

  /** The hash after the last operation, or null before there is an engine. */
  @Nullable String weightsHash() {
    return weightsHash;
  }

  /** Sets the hash of former times until there is an engine. */
  void recall(String hash) {
    weightsHash = hash;
  }

  /**
   * Makes the engine; the outcome is this result.
   *
   * @param repeatable whether the same creation gives the same engine at any time
   */
  Outcome create(Creation creation, Object result, boolean repeatable) {
    return compute(() -> {
      LoraModel created = creation.createEngine();
      engine = created;
      weightsHash = created.weightsHash();
      if (!repeatable) {
        snapshot(0, created);
      }
      return result;
    });
  }

  /** Makes the engine what it was; a run of which that fails is corrupted. */
  void rebuild(Rebuilding rebuilding, @Nullable Creation creation, long latestSnapshot) {
    Outcome outcome =
        compute(() -> {
          LoraModel rebuilt = rebuilding.run(creation);
          weightsHash = rebuilt.weightsHash();
          lastSnapshot = latestSnapshot;
          engine = rebuilt;
          return rebuilt;
        });
    if (outcome instanceof Outcome.Failed failed) {
      run.corrupt();
      LOG.log(Level.ERROR, () -> "model not rebuilt id=" + id + " reason=" + failed.message());
    }
  }

  /** Carries out an operation of a model. */
  Outcome run(ModelOperation operation, TrainedModel trained) {
    LoraModel model = engine;
    if (run.isCorrupted()) {
      return new Outcome.Failed("training run " + id + " is corrupted", "server");
    }
    return model == null
        ? Outcome.Failed.user("model " + id + " could not be created")
        : compute(() -> run(operation, trained, model));
  }

  private Object run(ModelOperation operation, TrainedModel trained, LoraModel model)
      throws Exception {
    try {
      return operation.work().run(trained, model);
    } finally {
      if (operation.kind().changesWeights()) {
        weightsHash = model.weightsHash();
        snapshotIfDue(operation, model);
      }
    }
  }

  /** Changes the engine, if there is one. */
  void apply(Change change) {
    LoraModel model = engine;
    if (model == null) {
      return;
    }
    Outcome outcome =
        compute(() -> {
          change.apply(model);
          weightsHash = model.weightsHash();
          return model;
        });
    if (outcome instanceof Outcome.Failed failed) {
      LOG.log(
          Level.WARNING, () -> "weights not overwritten id=" + id + " reason=" + failed.message());
    }
  }

  /** Lets go of the engine and its snapshots. */
  void drop() {
    engine = null;
    deleteSnapshots(Long.MAX_VALUE);
  }

  /** Deletes the snapshots before the one of this operation, if that has one. */
  void forgetBefore(long seqId) {
    if (lastSnapshot == seqId) {
      deleteSnapshots(seqId);
    }
  }

  /** Snapshots are taken where no gradients have accumulated: after a step and after loading. */
  private void snapshotIfDue(ModelOperation operation, LoraModel model) throws IOException {
    if (operation.kind() == OperationKind.LOAD_WEIGHTS
        || operation.seqId() - lastSnapshot >= SNAPSHOT_INTERVAL) {
      snapshot(operation.seqId(), model);
    }
  }

  private void snapshot(long seqId, LoraModel model) throws IOException {
    if (workshop.chronicle().isDurable() && workshop.behaviour().modelsSurviveRestart()) {
      workshop.chronicle().engines().keep(id, seqId, model);
      workshop.chronicle().snapshot(id, seqId);
      lastSnapshot = seqId;
    }
  }

  private void deleteSnapshots(long before) {
    try {
      workshop.chronicle().engines().deleteBefore(id, before);
    } catch (IOException e) {
      LOG.log(Level.WARNING, () -> "old snapshots not deleted model_id=" + id, e);
    }
  }

  /** Runs a task on a processor thread; the outcome is lost when the server closes meanwhile. */
  private Outcome compute(Callable<Object> task) {
    try {
      return new Outcome.Finished(workshop.compute().call(task));
    } catch (InterruptedException e) {
      // The server is closing, which ends all promises.
      Thread.currentThread().interrupt();
      return new Outcome.Lost();
    } catch (Exception e) {
      return Outcome.Failed.of(e);
    }
  }
}
