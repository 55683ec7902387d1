package io.tinker4j.testkit.checkpoint;

import io.tinker4j.testkit.http.JsonBodies;
import io.tinker4j.testkit.http.RefusedException;
import io.tinker4j.testkit.journal.DurableFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.UnaryOperator;

/**
 * Training runs and their checkpoints: an index in memory of what is on disk.
 *
 * <p>On disk: {@code runs/RUN/run.json} and, for each checkpoint, {@code runs/RUN/KIND/NAME/} with
 * the engine's files and a {@code checkpoint.json}. A checkpoint is written beside its place and
 * renamed into it, so that it is there as a whole or not at all; names that begin with a dot are
 * work in progress and are cleared away when the store is opened.
 */
public final class CheckpointStore {
  private static final Logger LOG = System.getLogger(CheckpointStore.class.getName());
  private static final String RUN_FILE = "run.json";
  public static final String CHECKPOINT_FILE = "checkpoint.json";
  private static final String PARTIAL = ".partial-";
  private static final String REPLACED = ".replaced-";

  private final Path runsDirectory;
  private final SaveListener listener;
  private final InstantSource clock;
  private final Map<String, TrainingRunEntry> runs = new ConcurrentHashMap<>();

  /**
   * Guards: the directories of finished checkpoints, so that none changes while it is read, and the
   * files of runs, which the run's own operations and those of its owner write.
   */
  private final ReentrantLock lock = new ReentrantLock();

  /** Is told of each checkpoint that is safe on disk. */
  @FunctionalInterface
  public interface SaveListener {
    void saved(String owner, StoredPath path);
  }

  private CheckpointStore(Path runsDirectory, SaveListener listener, InstantSource clock) {
    this.runsDirectory = runsDirectory;
    this.listener = listener;
    this.clock = clock;
  }

  /** Writes a model's files into a directory. */
  @FunctionalInterface
  public interface ModelWriter {
    void write(Path directory) throws IOException;
  }

  /** Reads a model's files from a directory. */
  @FunctionalInterface
  public interface ModelReader<T> {
    T read(Path directory) throws IOException;
  }

  /** Opens the store of a directory, which is made if need be. */
  public static CheckpointStore open(Path dataDirectory, SaveListener listener, InstantSource clock)
      throws IOException {
    CheckpointStore store = new CheckpointStore(dataDirectory.resolve("runs"), listener, clock);
    Files.createDirectories(store.runsDirectory);
    for (Path directory : DurableFiles.list(store.runsDirectory)) {
      store.readRun(directory);
    }
    return store;
  }

  /** Notes a new run. */
  public void register(TrainingRunEntry run) throws IOException {
    Files.createDirectories(directory(run));
    DurableFiles.sync(runsDirectory);
    writeRun(run);
    runs.put(run.id(), run);
  }

  /** Notes that a run is corrupted, durably unless it is not registered yet. */
  public void corrupt(TrainingRunEntry run) {
    try {
      run.corrupt();
      if (hasRun(run.id())) {
        writeRun(run);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("run " + run.id() + " cannot be written", e);
    }
  }

  /**
   * Returns a run.
   *
   * @throws RefusedException 404 when there is none of this id or it is somebody else's
   */
  public TrainingRunEntry run(String owner, String runId) {
    TrainingRunEntry run = runs.get(runId);
    if (run == null || !run.owner().equals(owner)) {
      throw RefusedException.notFound("training run " + runId + " is unknown");
    }
    run.checkpoints().forEach(checkpoint -> removeIfExpired(run, checkpoint));
    return run;
  }

  /** All runs of an owner, the last used first. */
  public List<TrainingRunEntry> runs(String owner) {
    return runs.values().stream()
        .filter(run -> run.owner().equals(owner))
        .sorted(
            Comparator.comparing(TrainingRunEntry::lastRequest)
                .reversed()
                .thenComparing(TrainingRunEntry::id))
        .toList();
  }

  /** The run of an id, whoever owns it. */
  public Optional<TrainingRunEntry> findRun(String runId) {
    return Optional.ofNullable(runs.get(runId));
  }

  /** Whether there is a run of this id, whoever owns it. */
  public boolean hasRun(String runId) {
    return runs.containsKey(runId);
  }

  /**
   * Returns the run of a checkpoint that exists and that its owner may use, or everybody.
   *
   * @throws RefusedException 404 when the checkpoint does not exist, has expired or is somebody
   *     else's and private, 410 when it is deleted
   */
  public TrainingRunEntry runOf(String owner, StoredPath path) {
    TrainingRunEntry run = runs.get(path.runId());
    if (run != null) {
      Optional<StoredCheckpoint> found = find(run, path);
      if (found.isPresent() && (run.owner().equals(owner) || found.get().isPublic())) {
        return run;
      }
      if (found.isEmpty() && run.owner().equals(owner) && run.isDeleted(path)) {
        throw RefusedException.gone("checkpoint " + path + " is deleted");
      }
    }
    throw RefusedException.notFound("checkpoint " + path + " is unknown");
  }

  /**
   * Returns a checkpoint of its owner.
   *
   * @throws RefusedException as {@link #runOf} does; 404 also when it is somebody else's and public
   */
  public StoredCheckpoint owned(String owner, StoredPath path) {
    TrainingRunEntry run = runOf(owner, path);
    if (!run.owner().equals(owner)) {
      throw RefusedException.notFound("checkpoint " + path + " is unknown");
    }
    return find(run, path)
        .orElseThrow(() -> RefusedException.notFound("checkpoint " + path + " is unknown"));
  }

  /** What was saved as a checkpoint that is known to exist. */
  public StoredCheckpoint.Saved saved(StoredPath path) {
    return Optional.ofNullable(runs.get(path.runId()))
        .flatMap(run -> run.checkpoint(path))
        .orElseThrow(() -> RefusedException.notFound("checkpoint " + path + " is unknown"))
        .saved();
  }

  /** All checkpoints of an owner that have not expired, the newest first. */
  public List<StoredCheckpoint> checkpoints(String owner) {
    return runs.values().stream()
        .filter(run -> run.owner().equals(owner))
        .flatMap(run ->
            run.checkpoints().stream().filter(checkpoint -> !removeIfExpired(run, checkpoint)))
        .sorted(
            Comparator.comparing((StoredCheckpoint checkpoint) -> checkpoint.saved().time())
                .reversed()
                .thenComparing(checkpoint -> checkpoint.path().toString()))
        .toList();
  }

  /**
   * Changes whether a checkpoint is public or when it expires, durably.
   *
   * @throws RefusedException as {@link #owned} does, and what the change throws
   */
  public void change(String owner, StoredPath path, UnaryOperator<StoredCheckpoint> change)
      throws IOException {
    lock.lock();
    try {
      TrainingRunEntry run = runOf(owner, path);
      StoredCheckpoint changed = change.apply(owned(owner, path));
      DurableFiles.write(
          directory(run, path).resolve(CHECKPOINT_FILE), JsonBodies.write(changed.toFields()));
      run.add(changed);
    } finally {
      lock.unlock();
    }
  }

  /**
   * Deletes a checkpoint durably.
   *
   * @throws RefusedException as {@link #owned} does
   */
  public void delete(String owner, StoredPath path) throws IOException {
    lock.lock();
    try {
      StoredCheckpoint checkpoint = owned(owner, path);
      TrainingRunEntry run = runOf(owner, path);
      run.delete(checkpoint);
      writeRun(run);
      DurableFiles.delete(directory(run, path));
      DurableFiles.sync(directory(run).resolve(path.kind().segment()));
    } finally {
      lock.unlock();
    }
  }

  /**
   * Reads a checkpoint.
   *
   * @throws RefusedException as {@link #runOf} does
   */
  public <T> T load(String owner, StoredPath path, ModelReader<T> reader) throws IOException {
    lock.lock();
    try {
      return reader.read(directory(runOf(owner, path), path));
    } finally {
      lock.unlock();
    }
  }

  /**
   * Saves a checkpoint. Calls for one run come one after the other.
   *
   * @throws OperationException when it exists and is not to be replaced
   */
  public StoredCheckpoint save(
      TrainingRunEntry run, StoredPath path, SaveCommand options, ModelWriter model)
      throws IOException {
    Optional<StoredCheckpoint> existing = find(run, path);
    if (existing.isPresent() && existing.get().saved().operation().equals(options.operation())) {
      return existing.get();
    }
    if (existing.isPresent() && !options.overwrite()) {
      throw new OperationException("ResourceAlreadyExists: checkpoint " + path + " exists");
    }
    Path kindDirectory = directory(run).resolve(path.kind().segment());
    Files.createDirectories(kindDirectory);
    DurableFiles.sync(directory(run));
    Path partial = kindDirectory.resolve(PARTIAL + UUID.randomUUID());
    try {
      Files.createDirectory(partial);
      model.write(partial);
      Instant now = clock.instant();
      StoredCheckpoint.Saved saved =
          new StoredCheckpoint.Saved(
              now, DurableFiles.size(partial), options.userMetadata(), options.operation());
      StoredCheckpoint checkpoint =
          new StoredCheckpoint(
              path, saved, options.ttl() == null ? null : now.plus(options.ttl()), false);
      DurableFiles.write(partial.resolve(CHECKPOINT_FILE), JsonBodies.write(checkpoint.toFields()));
      place(run, checkpoint, partial);
      writeRun(run);
      listener.saved(run.owner(), path);
      return checkpoint;
    } finally {
      DurableFiles.delete(partial);
    }
  }

  private void writeRun(TrainingRunEntry run) throws IOException {
    lock.lock();
    try {
      DurableFiles.write(directory(run).resolve(RUN_FILE), JsonBodies.write(run.toFields()));
    } finally {
      lock.unlock();
    }
  }

  private void place(TrainingRunEntry run, StoredCheckpoint checkpoint, Path partial)
      throws IOException {
    Path target = directory(run, checkpoint.path());
    Path replaced = target.resolveSibling(REPLACED + checkpoint.path().name());
    lock.lock();
    try {
      if (Files.exists(target)) {
        DurableFiles.delete(replaced);
        DurableFiles.move(target, replaced);
      }
      DurableFiles.move(partial, target);
      run.add(checkpoint);
      DurableFiles.delete(replaced);
    } finally {
      lock.unlock();
    }
  }

  private Optional<StoredCheckpoint> find(TrainingRunEntry run, StoredPath path) {
    return run.checkpoint(path).filter(checkpoint -> !removeIfExpired(run, checkpoint));
  }

  private boolean removeIfExpired(TrainingRunEntry run, StoredCheckpoint checkpoint) {
    if (!checkpoint.isExpired(clock.instant())) {
      return false;
    }
    lock.lock();
    try {
      if (run.remove(checkpoint)) {
        DurableFiles.delete(directory(run, checkpoint.path()));
      }
    } catch (IOException e) {
      LOG.log(Level.WARNING, () -> "expired checkpoint not deleted path=" + checkpoint.path(), e);
    } finally {
      lock.unlock();
    }
    return true;
  }

  private Path directory(TrainingRunEntry run, StoredPath path) {
    return directory(run).resolve(path.kind().segment()).resolve(path.name());
  }

  /** The directory of a run. Run ids are the server's own: a UUID, {@code :train:} and a number. */
  private Path directory(TrainingRunEntry run) {
    return runsDirectory.resolve(run.id().replace(':', '_'));
  }

  private void readRun(Path directory) throws IOException {
    Path file = directory.resolve(RUN_FILE);
    if (!Files.isRegularFile(file)) {
      return;
    }
    try {
      TrainingRunEntry run =
          TrainingRunEntry.fromFields(JsonBodies.readFields(Files.readAllBytes(file)));
      for (CheckpointKind kind : CheckpointKind.values()) {
        for (Path entry : DurableFiles.list(directory.resolve(kind.segment()))) {
          readCheckpoint(run, entry);
        }
      }
      runs.put(run.id(), run);
    } catch (RuntimeException e) {
      throw new IOException(file + " is corrupt: " + e.getMessage(), e);
    }
  }

  private static void readCheckpoint(TrainingRunEntry run, Path entry) throws IOException {
    String name = String.valueOf(entry.getFileName());
    Path directory = entry;
    if (name.startsWith(REPLACED)) {
      // The server died while it replaced a checkpoint: keep the old one unless the new one made
      // it.
      directory = entry.resolveSibling(name.substring(REPLACED.length()));
      if (!Files.exists(directory)) {
        DurableFiles.move(entry, directory);
      }
    }
    if (name.startsWith(".") && Files.exists(entry)) {
      DurableFiles.delete(entry);
    }
    Path file = directory.resolve(CHECKPOINT_FILE);
    if (Files.isRegularFile(file)) {
      StoredCheckpoint checkpoint;
      try {
        checkpoint = StoredCheckpoint.fromFields(JsonBodies.readFields(Files.readAllBytes(file)));
      } catch (RuntimeException e) {
        // One damaged checkpoint does not keep a server from having the others.
        LOG.log(Level.WARNING, () -> "checkpoint not to be read file=" + file, e);
        return;
      }
      if (run.isDeleted(checkpoint.path())) {
        // The server died between the note that it is deleted and the deed.
        DurableFiles.delete(directory);
      } else {
        run.add(checkpoint);
      }
    }
  }
}
