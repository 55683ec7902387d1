package io.tinker4j.recovery.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tinker4j.recovery.JournalVerification;
import io.tinker4j.recovery.ProgressJournal;
import io.tinker4j.recovery.ResumableTraining;
import io.tinker4j.recovery.RunResult;
import io.tinker4j.recovery.TestRuns;
import io.tinker4j.recovery.journal.JournalEntry;
import io.tinker4j.recovery.journal.JournalEntry.RunBegun;
import io.tinker4j.recovery.journal.JournalEntry.RunOpened;
import io.tinker4j.recovery.journal.JournalEntry.StepsConfirmed;
import io.tinker4j.recovery.journal.JournalException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Other parts of the process that trains look at its journal, or try to open it as well: whatever
 * they do, another process stays out. POSIX gives a process's locks on a file up as soon as the
 * process closes any descriptor of it.
 */
@Timeout(60)
class SameProcessTest {
  private static Intruder intruder;

  @TempDir private Path directory;

  @BeforeAll
  static void startIntruder() throws Exception {
    intruder = Intruder.start();
  }

  @AfterAll
  static void stopIntruder() throws Exception {
    intruder.close();
  }

  private Path journal() {
    return directory.resolve("run");
  }

  /** What another part of the process does; may be refused. */
  interface Act {
    void on(Path journal) throws Exception;
  }

  private static Arguments act(String name, Act act) {
    return Arguments.of(name, act);
  }

  private static Stream<Arguments> acts() {
    return Stream.of(
        act("open", journal -> JournalWriter.open(journal).close()),
        act(
            "open and read",
            journal -> {
              assertThatThrownBy(() -> JournalWriter.open(journal)).hasMessageContaining("in use");
              List<JournalEntry> unused = JournalReader.read(journal);
            }),
        act("read", ProgressJournal::read),
        act("verify", JournalVerification::verify),
        act("plan a repair", ProgressJournal::planRepair),
        act("repair", ProgressJournal::repair),
        act(
            "read by another path",
            journal -> JournalReader.read(journal.resolve("..").resolve(journal.getFileName()))),
        act(
            "open by a link",
            journal -> {
              Path link = Files.createSymbolicLink(journal.resolveSibling("link"), journal);
              JournalWriter.open(link).close();
            }));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("acts")
  void otherPartOfTheProcess_actsOnAnOpenJournal_andOthersStayOut(String name, Act act)
      throws Exception {
    try (JournalWriter owner = JournalWriter.open(journal())) {
      owner.append(new RunBegun("abc"));
      try {
        act.on(journal());
      } catch (JournalException e) {
        assertThat(e).hasMessageContaining("in use");
      }

      assertThat(intruder.tries(journal())).contains("run.lock is locked by another process");
      owner.append(new StepsConfirmed(0, 1, 1));
      Files.delete(journal().resolve(JournalWriter.LOCK));
      assertThat(intruder.tries(journal()))
          .contains("progress.journal is locked by another process");
    }
    assertThat(JournalReader.read(journal()))
        .containsExactly(new RunOpened(1), new RunBegun("abc"), new StepsConfirmed(0, 1, 1));
    assertThat(intruder.tries(journal())).isEqualTo("in");
  }

  @Test
  void runThatIsUnderWay_startedAgainInTheSameProcess_keepsOthersOut() throws Exception {
    List<String> said = new ArrayList<>();
    try (TestRuns runs = new TestRuns()) {
      ResumableTraining second = runs.training(12, journal()).build();
      RunResult result =
          runs.training(12, journal())
              .onStep(step -> {
                if (step.step() == 6) {
                  assertThatThrownBy(second::resumeOrStart)
                      .isInstanceOf(JournalException.class)
                      .hasMessageContaining("in use");
                  said.add(uncheckedTries());
                }
              })
              .build()
              .resumeOrStart();

      assertThat(result.isComplete()).isTrue();
      assertThat(result.recoveries()).isZero();
    }
    assertThat(said).singleElement().asString().contains("run.lock is locked by another process");
  }

  private String uncheckedTries() {
    try {
      return intruder.tries(journal());
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void readersBesideWritesAndCondensations_seeWholeJournals_andOthersStayOut() throws Exception {
    AtomicBoolean isOver = new AtomicBoolean();
    try (JournalWriter owner = JournalWriter.open(journal())) {
      owner.append(new RunBegun("abc"));
      List<CompletableFuture<Integer>> readers = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        CompletableFuture<Integer> reader = new CompletableFuture<>();
        readers.add(reader);
        Thread unused =
            Thread.ofVirtual()
                .start(() -> {
                  try {
                    int count = 0;
                    do {
                      count += JournalReader.read(journal()).size();
                    } while (!isOver.get());
                    reader.complete(count);
                  } catch (RuntimeException | Error e) {
                    reader.completeExceptionally(e);
                  }
                });
      }
      for (long step = 1; step <= 60; step++) {
        owner.append(new StepsConfirmed(0, step, step));
        if (step % 5 == 0) {
          owner.compact();
        }
      }
      isOver.set(true);

      for (CompletableFuture<Integer> reader : readers) {
        assertThat(reader.join()).isPositive();
      }
      assertThat(intruder.tries(journal())).contains("run.lock is locked by another process");
      Files.delete(journal().resolve(JournalWriter.LOCK));
      assertThat(intruder.tries(journal()))
          .contains("progress.journal is locked by another process");
    }
  }

  /** A channel is closed by an interrupt of whoever reads through it. */
  @Test
  void interruptedReader_readsAllTheSame_keepsItsFlag_andOthersStayOut() throws Exception {
    try (JournalWriter owner = JournalWriter.open(journal())) {
      Thread.currentThread().interrupt();
      List<JournalEntry> entries = JournalReader.read(journal());

      assertThat(Thread.interrupted()).isTrue();
      assertThat(entries).containsExactly(new RunOpened(1));
      assertThat(intruder.tries(journal())).contains("run.lock is locked by another process");
      owner.append(new RunBegun("abc"));
    }
  }

  @Test
  void directoryMoved_andAnotherRunInItsPlace_areToldApart() throws Exception {
    Path moved = directory.resolve("moved");
    try (JournalWriter owner = JournalWriter.open(journal())) {
      Files.move(journal(), moved);
      assertThatThrownBy(() -> JournalWriter.open(moved)).hasMessageContaining("in use");
      assertThat(JournalReader.read(moved)).containsExactly(new RunOpened(1));

      try (JournalWriter other = JournalWriter.open(journal())) {
        other.append(new RunBegun("other"));
        assertThat(JournalReader.read(journal()))
            .containsExactly(new RunOpened(1), new RunBegun("other"));
        assertThat(intruder.tries(moved)).contains("run.lock is locked by another process");
      }
      assertThatThrownBy(() -> owner.append(new RunBegun("abc")))
          .isInstanceOf(JournalException.class);
    }
  }

  /** A new directory may get the number of the one that was removed. */
  @Test
  void directoryRemovedUnderItsOwner_canBeUsedAgain() throws Exception {
    for (int i = 0; i < 20; i++) {
      try (JournalWriter gone = JournalWriter.open(journal())) {
        try (Stream<Path> files = Files.list(journal())) {
          for (Path each : files.toList()) {
            Files.delete(each);
          }
        }
        Files.delete(journal());
        try (JournalWriter next = JournalWriter.open(journal())) {
          next.append(new RunBegun("next"));
          assertThat(JournalReader.read(journal()))
              .containsExactly(new RunOpened(1), new RunBegun("next"));
        }
        assertThatThrownBy(() -> gone.append(new RunBegun("gone")))
            .isInstanceOf(JournalException.class);
      }
      try (Stream<Path> files = Files.list(journal())) {
        for (Path each : files.toList()) {
          Files.delete(each);
        }
      }
    }
  }
}
