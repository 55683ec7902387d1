package io.tinker4j.recovery.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tinker4j.recovery.journal.JournalException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Who owns a run, and how an owner hears that it does not any more. */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "an open file cannot be removed there")
class RunLockTest {
  @TempDir private Path directory;
  private Path file;

  @BeforeEach
  void name() {
    file = directory.resolve("run.lock");
  }

  private void writeToken(long token) throws Exception {
    Files.write(file, ByteBuffer.allocate(Long.BYTES).putLong(token).array());
  }

  /** Closes the channel as an interrupt during a write does. */
  private static void interruptIn(RunLock lock) {
    Thread.currentThread().interrupt();
    assertThatThrownBy(lock::problem).isInstanceOf(ClosedByInterruptException.class);
    assertThat(Thread.interrupted()).isTrue();
  }

  @Test
  void token_isThatOfTheOwnerBefore_untilOneIsTaken() throws Exception {
    try (RunLock lock = RunLock.acquire(file)) {
      assertThat(lock.token()).isZero();
      lock.take(3);
      assertThat(lock.token()).isEqualTo(3);
      assertThat(lock.problem()).isNull();
    }
    try (RunLock lock = RunLock.acquire(file)) {
      assertThat(lock.token()).isEqualTo(3);
      lock.take(4);
      assertThat(lock.problem()).isNull();
    }
    assertThat(file).hasBinaryContent(new byte[] {0, 0, 0, 0, 0, 0, 0, 4});
  }

  @Test
  void acquire_ofALockThatIsHeld_isRefused() throws Exception {
    try (RunLock lock = RunLock.acquire(file)) {
      assertThatThrownBy(() -> RunLock.acquire(file))
          .isInstanceOf(JournalException.class)
          .hasMessage("the run is in use: %s is locked by another process".formatted(file));
      assertThat(lock.problem()).isNull();
    }
    RunLock.acquire(file).close();
  }

  @Test
  void problem_namesATokenOfSomebodyElse() throws Exception {
    try (RunLock lock = RunLock.acquire(file)) {
      lock.take(3);
      writeToken(9);

      assertThat(lock.problem())
          .isEqualTo(
              "another process has taken over the run: %s has token 9, this process 3"
                  .formatted(file));
    }
  }

  @Test
  void problem_namesAFileThatIsGoneOrAnother() throws Exception {
    try (RunLock lock = RunLock.acquire(file)) {
      lock.take(3);
      Path moved = directory.resolve("moved");
      Files.move(file, moved);

      assertThat(lock.problem()).isEqualTo(file + " is gone");
      assertThat(lock.isAt(file)).isFalse();
      assertThat(lock.isAt(moved)).isTrue();
      writeToken(3);
      assertThat(lock.problem()).isEqualTo(file + " is another file than it was");
      assertThat(lock.isAt(file)).isFalse();
    }
  }

  @Test
  void reopen_afterAnInterrupt_locksAgain() throws Exception {
    try (RunLock lock = RunLock.acquire(file)) {
      lock.take(3);
      interruptIn(lock);

      lock.reopen();

      assertThat(lock.problem()).isNull();
      assertThatThrownBy(() -> RunLock.acquire(file)).hasMessageContaining("is locked");
      lock.reopen();
      assertThat(lock.problem()).as("once more changes nothing").isNull();
    }
  }

  @Test
  void reopen_whenSomebodyElseHasCome_isRefused() throws Exception {
    try (RunLock lock = RunLock.acquire(file)) {
      lock.take(3);
      interruptIn(lock);
      writeToken(4);
      assertThatThrownBy(lock::reopen)
          .isInstanceOf(JournalException.class)
          .hasMessageContaining("has token 4, this process 3");
    }
    try (RunLock lock = RunLock.acquire(file)) {
      interruptIn(lock);
      try (RunLock other = RunLock.acquire(file)) {
        assertThat(other.token()).isEqualTo(4);
        assertThatThrownBy(lock::reopen)
            .hasMessage("the run is in use: %s was locked by another process".formatted(file));
      }
    }
    try (RunLock lock = RunLock.acquire(file)) {
      interruptIn(lock);
      Files.delete(file);
      assertThatThrownBy(lock::reopen)
          .hasMessage("the run was taken over: %s is gone".formatted(file));
    }
  }
}
