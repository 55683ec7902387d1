package io.tinker4j.testkit.run;

import io.tinker4j.testkit.journal.DurableFiles;
import io.tinker4j.testkit.model.LoraModel;
import io.tinker4j.testkit.model.Sampler;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Engines on disk, so that a restart need not repeat a whole run: {@code engines/MODEL/NUMBER} is a
 * model as it was after the operation of that number, {@code samplers/SAMPLER} one that was kept
 * for sampling only. Holds nothing for a server that works in memory.
 */
public final class EngineStore {
  private static final String PARTIAL = ".partial-";

  private final @Nullable Path directory;
  private final BaseModels baseModels;

  /** Keeps engines of these base models in a directory; null for a server that works in memory. */
  public EngineStore(@Nullable Path directory, BaseModels baseModels) {
    this.directory = directory;
    this.baseModels = baseModels;
  }

  /** Keeps a model that has no accumulated gradients; they are not part of what is kept. */
  void keep(String modelId, long number, LoraModel engine) throws IOException {
    if (directory != null) {
      write(engines(directory, modelId).resolve(Long.toString(number)), engine, true);
    }
  }

  /** Keeps what a sampler needs. */
  void keepSampler(String samplerId, LoraModel engine) throws IOException {
    if (directory != null) {
      write(directory.resolve("samplers").resolve(fileName(samplerId)), engine, false);
    }
  }

  private static void write(Path target, LoraModel engine, boolean withOptimizer)
      throws IOException {
    Path parent = DurableFiles.parent(target);
    Files.createDirectories(parent);
    Path partial = parent.resolve(PARTIAL + target.getFileName());
    DurableFiles.delete(partial);
    engine.saveState(partial, withOptimizer);
    DurableFiles.delete(target);
    DurableFiles.move(partial, target);
    DurableFiles.sync(DurableFiles.parent(parent));
  }

  LoraModel restore(String modelId, long number) throws IOException {
    return restore(engines(required(), modelId).resolve(Long.toString(number)), true);
  }

  Sampler restoreSampler(String samplerId) throws IOException {
    return restore(required().resolve("samplers").resolve(fileName(samplerId)), false)
        .frozenSampler();
  }

  private LoraModel restore(Path engine, boolean withOptimizer) throws IOException {
    return LoraModel.restore(engine, withOptimizer, baseModels::model);
  }

  /** Forgets what is older than the one to keep; for a model that is unloaded, everything. */
  void deleteBefore(String modelId, long number) throws IOException {
    if (directory == null) {
      return;
    }
    for (Path each : DurableFiles.list(engines(directory, modelId))) {
      String name = String.valueOf(each.getFileName());
      if (!name.matches("\\d{1,18}") || Long.parseLong(name) < number) {
        DurableFiles.delete(each);
      }
    }
  }

  private Path required() {
    if (directory == null) {
      throw new IllegalStateException("a server in memory keeps no engines");
    }
    return directory;
  }

  private static Path engines(Path directory, String modelId) {
    return directory.resolve("engines").resolve(fileName(modelId));
  }

  /** The server's own ids: a UUID, a word and a number with colons between them. */
  private static String fileName(String id) {
    return id.replace(':', '_');
  }
}
