package io.tinker4j.testkit.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import io.tinker4j.testkit.model.LoraSettings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The files of runs and checkpoints. */
class CheckpointStoreTest {
  private static final int SAVES = 60;

  @TempDir Path directory;

  private CheckpointStore open() throws IOException {
    InstantSource clock = InstantSource.fixed(Instant.EPOCH);
    return CheckpointStore.open(directory, (owner, path) -> {}, clock);
  }

  private static StoredPath path(int number) {
    return new StoredPath("run", CheckpointKind.TRAINING, "n" + number);
  }

  /** The run's lane saves while its owner deletes, and both write the run's file. */
  @Test
  void run_writtenByTwoThreads_isWholeAndUpToDate() throws IOException {
    CheckpointStore store = open();
    TrainingRunEntry run =
        new TrainingRunEntry(
            "run",
            "me",
            "tinker4j/tiny-bytes",
            new LoraSettings(4, 0, true, true, true),
            Map.of(),
            Instant.EPOCH);
    store.register(run);
    CompletableFuture<Void> saving =
        CompletableFuture.runAsync(() -> {
          for (int number = 0; number < SAVES; number++) {
            save(store, run, number);
          }
        });
    for (int number = 0; number < SAVES; number++) {
      deleteWhenThere(store, run, number, saving);
    }
    saving.join();

    TrainingRunEntry read = open().run("me", "run");
    assertThat(read.checkpoints()).isEmpty();
    for (int number = 0; number < SAVES; number++) {
      assertThat(read.isDeleted(path(number))).as("deleted " + number).isTrue();
    }
  }

  private static void save(CheckpointStore store, TrainingRunEntry run, int number) {
    SaveCommand options = new SaveCommand("seq " + number, false, null, Map.of());
    try {
      StoredCheckpoint saved =
          store.save(
              run,
              path(number),
              options,
              partial -> Files.writeString(partial.resolve("weights"), "w" + number));
      assertThat(saved.path()).isEqualTo(path(number));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void deleteWhenThere(
      CheckpointStore store, TrainingRunEntry run, int number, CompletableFuture<Void> saving)
      throws IOException {
    while (run.checkpoint(path(number)).isEmpty()) {
      if (saving.isCompletedExceptionally()) {
        saving.join();
      }
      Thread.onSpinWait();
    }
    store.delete("me", path(number));
  }
}
