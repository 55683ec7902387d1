package io.tinker4j.recovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tinker4j.recovery.journal.JournalEntry.RunBegun;
import io.tinker4j.recovery.journal.JournalEntry.RunOpened;
import io.tinker4j.recovery.journal.JournalEntry.StepsConfirmed;
import io.tinker4j.recovery.journal.JournalException;
import io.tinker4j.recovery.store.JournalWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Two processes at one run: at most one goes on, whatever is done to the directory. */
@Timeout(60)
class RunFenceTest {
  @TempDir private Path directory;

  private Path journal() {
    return directory.resolve("run");
  }

  private static void copy(Path from, Path to) throws IOException {
    Files.createDirectories(to);
    try (Stream<Path> files = Files.list(from)) {
      for (Path each : files.toList()) {
        Files.copy(each, to.resolve(each.getFileName()), StandardCopyOption.REPLACE_EXISTING);
      }
    }
  }

  private static void delete(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      for (Path each : files.toList()) {
        Files.delete(each);
      }
    }
    Files.delete(directory);
  }

  @Test
  void append_afterTheLockWasRemoved_isRefused() throws Exception {
    try (JournalWriter first = JournalWriter.open(journal())) {
      first.append(new RunBegun("abc"));
      Files.delete(journal().resolve("run.lock"));

      assertThatThrownBy(() -> first.append(new StepsConfirmed(0, 1, 1)))
          .isInstanceOf(JournalException.class)
          .hasMessageContaining("run.lock");
    }
  }

  @Test
  void append_afterTheJournalWasReplacedByACopy_isRefused() throws Exception {
    Path file = journal().resolve(JournalWriter.FILE);
    Path copy = directory.resolve("copy");
    try (JournalWriter journal = JournalWriter.open(journal())) {
      Files.copy(file, copy);
      Files.move(copy, file, StandardCopyOption.REPLACE_EXISTING);

      assertThatThrownBy(() -> journal.append(new RunBegun("abc")))
          .isInstanceOf(JournalException.class)
          .hasMessageContaining("progress.journal");
    }
    assertThat(ProgressJournal.read(journal())).containsExactly(new RunOpened(1));
  }

  @Test
  void append_afterAnotherProcessWroteToTheJournal_isRefused() throws Exception {
    Path file = journal().resolve(JournalWriter.FILE);
    try (JournalWriter journal = JournalWriter.open(journal())) {
      Files.write(file, new byte[] {1, 2, 3}, StandardOpenOption.APPEND);

      assertThatThrownBy(() -> journal.append(new RunBegun("abc")))
          .isInstanceOf(JournalException.class)
          .hasMessageContaining("has changed");
    }
  }

  @Test
  void lockRemovedAndRunStartedAgain_lettingAtMostOneGoOn() throws Exception {
    try (TestRuns runs = new TestRuns()) {
      Callable<RunResult> second = runs.training(30, journal()).build()::resumeOrStart;
      List<Throwable> failures = new ArrayList<>();
      List<RunResult> results = new ArrayList<>();

      assertThatThrownBy(() ->
              runs.training(30, journal())
                  .onStep(result -> {
                    if (result.step() == 15) {
                      try {
                        Files.delete(journal().resolve("run.lock"));
                        results.add(second.call());
                      } catch (Exception e) {
                        failures.add(e);
                      }
                    }
                  })
                  .build()
                  .resumeOrStart())
          .isInstanceOf(JournalException.class)
          .hasMessageContaining("weights/step-000010");
      assertThat(results.size() + failures.size()).isEqualTo(1);
      assertThat(runs.training(30, journal()).build().resumeOrStart().isComplete()).isTrue();
      assertThat(JournalVerification.verify(journal()).isSound()).isTrue();
    }
  }

  @Test
  void directorySwappedForAnOlderCopy_endsTheRun() throws Exception {
    try (TestRuns runs = new TestRuns()) {
      Path copy = directory.resolve("copy");

      assertThatThrownBy(() ->
              runs.training(30, journal())
                  .onStep(result -> {
                    try {
                      if (result.step() == 5) {
                        copy(journal(), copy);
                      }
                      if (result.step() == 12) {
                        Files.move(journal(), directory.resolve("moved"));
                        Files.move(copy, journal());
                      }
                    } catch (IOException e) {
                      throw new UncheckedIOException(e);
                    }
                  })
                  .build()
                  .resumeOrStart())
          .isInstanceOf(JournalException.class)
          .hasMessageContaining("run.lock");
    }
  }

  @Test
  void directoryRemoved_endsTheRunAndSaysWhatTheServerHas() throws Exception {
    try (TestRuns runs = new TestRuns()) {
      assertThatThrownBy(() ->
              runs.training(30, journal())
                  .onStep(result -> {
                    if (result.step() == 15) {
                      try {
                        delete(journal());
                      } catch (IOException e) {
                        throw new UncheckedIOException(e);
                      }
                    }
                  })
                  .build()
                  .resumeOrStart())
          .isInstanceOf(JournalException.class)
          .hasMessageContaining("weights/step-000010");
    }
  }

  @Test
  void verify_ofAJournalThatTwoProcessesHaveWritten_namesTheToken() {
    JournalWriter.open(journal()).close();
    try (JournalWriter second = JournalWriter.open(journal())) {
      second.append(new RunOpened(1)); // as the first would, had it not left
    }

    JournalVerification.Report report = JournalVerification.verify(journal());

    assertThat(report.condition().overlapping()).containsExactly(1L);
    assertThat(report.isSound()).isFalse();
  }
}
