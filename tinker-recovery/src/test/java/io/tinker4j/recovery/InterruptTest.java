package io.tinker4j.recovery;

import static io.tinker4j.testkit.fault.RequestMatcher.operation;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tinker4j.recovery.store.JournalState;
import io.tinker4j.testkit.fault.Fault;
import io.tinker4j.testkit.fault.FaultScript;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A thread that is interrupted while it trains: it ends, and the run can be resumed. */
@Timeout(60)
class InterruptTest {
  @TempDir private Path directory;

  private Path journal() {
    return directory.resolve("run");
  }

  @Test
  void interruptedBetweenSteps_endsAtOnce_andIsResumed() throws Exception {
    try (TestRuns runs = new TestRuns()) {
      String clean = runs.cleanWeights(30, directory.resolve("clean"));

      assertThatThrownBy(() ->
              runs.training(30, journal())
                  .onStep(result -> {
                    if (result.step() == 12) {
                      Thread.currentThread().interrupt();
                    }
                  })
                  .build()
                  .resumeOrStart())
          .isInstanceOf(InterruptedException.class);
      assertThat(Thread.currentThread().isInterrupted()).isFalse();
      assertThat(JournalState.of(ProgressJournal.read(journal())).reached()).isEqualTo(12);

      requireResumed(runs, clean);
    }
  }

  private void requireResumed(TestRuns runs, String clean) throws Exception {
    RunResult result = runs.training(30, journal()).build().resumeOrStart();

    assertThat(runs.server.weightsHash(result.modelId())).isEqualTo(clean);
    assertThat(JournalVerification.verify(journal()).isSound()).isTrue();
  }

  /** The step under way would take the server five minutes. */
  @Test
  void interruptedWhileAStepIsUnderWay_doesNotWaitForIt() throws Exception {
    try (TestRuns runs = TestRuns.inRealTime()) {
      runs.server.setFaults(
          FaultScript.of(Fault.on(operation("optim_step")).nth(12).delay(Duration.ofMinutes(5))));
      CompletableFuture<Void> trained = new CompletableFuture<>();
      CompletableFuture<Object> ended = new CompletableFuture<>();
      Thread thread =
          Thread.ofVirtual()
              .start(() -> {
                try {
                  ended.complete(
                      runs.training(30, journal())
                          .onStep(result -> {
                            if (result.step() == 11) {
                              trained.complete(null);
                            }
                          })
                          .build()
                          .resumeOrStart());
                } catch (InterruptedException | RuntimeException e) {
                  ended.completeExceptionally(e);
                }
              });
      trained.get();

      thread.interrupt();

      assertThatThrownBy(ended::get)
          .isInstanceOf(ExecutionException.class)
          .hasCauseInstanceOf(InterruptedException.class);
      assertThat(JournalState.of(ProgressJournal.read(journal())).reached()).isEqualTo(11);
    }
  }

  /** A channel is closed when its thread is interrupted; the journal is whole all the same. */
  @ParameterizedTest
  @ValueSource(ints = {4, 17, 18, 40, 41, 42})
  void interruptedWhileTheJournalIsWritten_writesItAndEnds(int write) throws Exception {
    try (TestRuns runs = new TestRuns()) {
      String clean = runs.cleanWeights(30, directory.resolve("clean"));
      AtomicInteger writes = new AtomicInteger();

      assertThatThrownBy(() ->
              runs.training(30, journal())
                  .writePoint(
                      (where, bytes) -> {
                        if (writes.incrementAndGet() == write) {
                          Thread.currentThread().interrupt();
                        }
                        return bytes;
                      },
                      2_000)
                  .build()
                  .resumeOrStart())
          .isInstanceOf(InterruptedException.class);

      requireResumed(runs, clean);
    }
  }

  @Test
  void interruptedBefore_trainsNothing() throws Exception {
    try (TestRuns runs = new TestRuns()) {
      ResumableTraining training = runs.training(3, journal()).build();
      Thread.currentThread().interrupt();

      assertThatThrownBy(training::resumeOrStart).isInstanceOf(InterruptedException.class);
      assertThat(runs.server.requests()).isEmpty();
    }
  }
}
