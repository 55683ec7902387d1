package io.tinker4j.examples;

import static io.tinker4j.testkit.fault.RequestMatcher.operation;
import static io.tinker4j.testkit.observe.ServerAssertions.assertThatLedger;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tinker4j.examples.TrainingJob.Status;
import io.tinker4j.recovery.RecoveryFailedException;
import io.tinker4j.recovery.ResumableTraining;
import io.tinker4j.recovery.RunResult;
import io.tinker4j.recovery.journal.JournalException;
import io.tinker4j.testkit.fault.Fault;
import io.tinker4j.testkit.fault.FaultScript;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.PriorityBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;

/** Runs as jobs of a scheduler. */
// readiness: U9
@Timeout(60)
@Isolated("listens to the log")
class TrainingJobTest {
  @TempDir private Path directory;
  private final SmallRuns runs = new SmallRuns();
  private final List<String> changes = Collections.synchronizedList(new ArrayList<>());

  @AfterEach
  void stop() {
    runs.close();
  }

  private Path journal() {
    return directory.resolve("run");
  }

  private TrainingJob.Builder job(ResumableTraining run) {
    return TrainingJob.builder("job", run).listener(this::note);
  }

  private void note(TrainingJob.Change change) {
    assertThat(change.job().status()).isEqualTo(change.after());
    changes.add(change.job().id() + " " + change.before() + " " + change.after());
  }

  /** A job whose run does something after a step, with the job. */
  private TrainingJob jobWith(int steps, int after, JobAction action) {
    AtomicReference<TrainingJob> job = new AtomicReference<>();
    ResumableTraining run =
        runs.training(steps, journal())
            .onStep(result -> {
              if (result.step() == after) {
                action.of(Objects.requireNonNull(job.get()));
              }
            })
            .build();
    job.set(job(run).build());
    return Objects.requireNonNull(job.get());
  }

  /** What happens to a job. */
  @FunctionalInterface
  private interface JobAction {
    void of(TrainingJob job);
  }

  private static Throwable failure(TrainingJob job) {
    return job.result().handle((result, failure) -> Objects.requireNonNull(failure)).join();
  }

  @Test
  void run_toItsEnd_isCompletedAndTellsEachChangeInOrder() throws Exception {
    List<Boolean> isDone = new ArrayList<>();
    TrainingJob job =
        TrainingJob.builder("job", runs.training(15, journal()).build())
            .listener(change -> {
              note(change);
              isDone.add(change.job().result().isDone());
            })
            .build();
    assertThat(job.status()).isEqualTo(Status.PENDING);

    job.run();

    assertThat(job.status()).isEqualTo(Status.COMPLETED);
    assertThat(changes).containsExactly("job PENDING RUNNING", "job RUNNING COMPLETED");
    assertThat(isDone).containsExactly(false, true);
    assertThat(job.result().get())
        .returns(15L, RunResult::steps)
        .returns(true, RunResult::isComplete);
    assertThatLedger(runs.server.ledger(job.result().get().modelId())).hasEachStepOnce();
  }

  @Test
  void settings_haveDefaults_andAreCopied() {
    ResumableTraining run = runs.training(3, journal()).build();
    Map<String, String> resources = new HashMap<>(Map.of("gpu", "1"));
    TrainingJob plain = TrainingJob.builder("plain", run).build();
    TrainingJob full =
        TrainingJob.builder("full", run)
            .kind("evaluation")
            .priority(7)
            .tenant("lab")
            .resources(resources)
            .metadata(Map.of("ticket", "12"))
            .build();
    resources.clear();

    assertThat(plain)
        .returns("plain", TrainingJob::id)
        .returns("training", TrainingJob::kind)
        .returns(0, TrainingJob::priority)
        .returns("", TrainingJob::tenant)
        .returns(Map.of(), TrainingJob::resources)
        .returns(Map.of(), TrainingJob::metadata)
        .hasToString("TrainingJob{plain PENDING}");
    assertThat(full)
        .returns("evaluation", TrainingJob::kind)
        .returns(7, TrainingJob::priority)
        .returns("lab", TrainingJob::tenant)
        .returns(Map.of("gpu", "1"), TrainingJob::resources)
        .returns(Map.of("ticket", "12"), TrainingJob::metadata);
    assertThatThrownBy(() -> TrainingJob.builder(" ", run))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("id is blank");
  }

  @Test
  void run_whosePolicyIsUsedUp_failsWithoutThrowing() {
    runs.server.setFaults(
        FaultScript.of(
            Fault.on(operation("optim_step")).nth(15).poisonRun(),
            Fault.on(operation("load_weights")).answer(503)));
    TrainingJob job = job(runs.training(30, journal()).build()).build();

    job.run();

    assertThat(changes).containsExactly("job PENDING RUNNING", "job RUNNING FAILED");
    assertThat(failure(job))
        .isInstanceOf(RecoveryFailedException.class)
        .hasMessageContaining("maxAttempts");
    assertThatThrownBy(() -> job.result().get())
        .isInstanceOf(ExecutionException.class)
        .hasCauseInstanceOf(RecoveryFailedException.class);
  }

  @Test
  void run_withTheJournalOfAnotherRun_fails() throws Exception {
    runs.training(3, journal()).build().resumeOrStart();
    TrainingJob job = job(runs.training(3, journal()).accumulate(2).build()).build();

    job.run();

    assertThat(job.status()).isEqualTo(Status.FAILED);
    assertThat(failure(job))
        .isInstanceOf(JournalException.class)
        .hasMessageContaining("other settings");
  }

  @Test
  void run_thatEndsWithAnError_failsAndThrowsIt() {
    AssertionError broken = new AssertionError("broken");
    TrainingJob job =
        jobWith(
            5,
            3,
            self -> {
              throw broken;
            });

    assertThatThrownBy(job::run).isSameAs(broken);

    assertThat(changes).containsExactly("job PENDING RUNNING", "job RUNNING FAILED");
    assertThat(failure(job)).isSameAs(broken);
  }

  @Test
  void cancel_beforeItRuns_neverTrains() {
    TrainingJob job = job(runs.training(3, journal()).build()).build();

    job.cancel();
    job.cancel();
    job.run();

    assertThat(job.status()).isEqualTo(Status.STOPPED);
    assertThat(changes).containsExactly("job PENDING STOPPED");
    assertThat(job.result().isCancelled()).isTrue();
    assertThatThrownBy(() -> job.result().get()).isInstanceOf(CancellationException.class);
    assertThat(runs.server.requests()).isEmpty();
    assertThat(journal()).doesNotExist();
  }

  @Test
  void cancel_whileItRuns_stopsIt_andAnotherJobGoesOn() throws Exception {
    String clean = runs.cleanWeights(30, directory.resolve("clean"));
    TrainingJob first = jobWith(30, 12, TrainingJobTest::cancelFromElsewhere);
    TrainingJob second = TrainingJob.builder("next", runs.training(30, journal()).build()).build();

    first.run();
    second.run();

    assertThat(first.status()).isEqualTo(Status.STOPPED);
    assertThat(changes).containsExactly("job PENDING RUNNING", "job RUNNING STOPPED");
    assertThat(first.result().get().isComplete()).isFalse();
    assertThat(first.result().get().steps()).isBetween(12L, 13L);
    assertThat(second.status()).isEqualTo(Status.COMPLETED);
    assertThat(runs.server.weightsHash(second.result().get().modelId())).isEqualTo(clean);
  }

  private static void cancelFromElsewhere(TrainingJob job) {
    CompletableFuture.runAsync(job::cancel).join();
  }

  @Test
  void cancel_atTheLastStepAndAfterTheEnd_changesNothing() throws Exception {
    TrainingJob job = jobWith(5, 5, TrainingJob::cancel);

    job.run();
    job.cancel();

    assertThat(job.status()).isEqualTo(Status.COMPLETED);
    assertThat(changes).containsExactly("job PENDING RUNNING", "job RUNNING COMPLETED");
    assertThat(job.result().get().isComplete()).isTrue();
  }

  @Test
  void interrupted_isStopped_keepsTheFlag_andAnotherJobGoesOn() throws Exception {
    String clean = runs.cleanWeights(30, directory.resolve("clean"));
    TrainingJob first = jobWith(30, 12, self -> Thread.currentThread().interrupt());
    TrainingJob second = TrainingJob.builder("next", runs.training(30, journal()).build()).build();

    first.run();
    assertThat(Thread.interrupted()).isTrue();
    second.run();

    assertThat(changes).containsExactly("job PENDING RUNNING", "job RUNNING STOPPED");
    assertThat(failure(first)).isInstanceOf(InterruptedException.class);
    assertThat(runs.server.weightsHash(second.result().get().modelId())).isEqualTo(clean);
  }

  @Test
  void result_completedByItsCaller_isThatCallersAlone() throws Exception {
    TrainingJob job = job(runs.training(3, journal()).build()).build();
    CompletableFuture<RunResult> mine = job.result();
    CompletableFuture<RunResult> yours = job.result();

    mine.complete(new RunResult(99, "none", "", true, 0, 0));
    yours.cancel(true);
    assertThat(job.result().isDone()).isFalse();
    job.run();

    assertThat(job.status()).isEqualTo(Status.COMPLETED);
    assertThat(job.result().get().steps()).isEqualTo(3);
    assertThat(mine.get().steps()).isEqualTo(99);
  }

  @Test
  void run_aSecondTime_isRefusedByItsStatus() {
    List<Throwable> refused = new ArrayList<>();
    TrainingJob job =
        jobWith(
            3,
            2,
            self -> {
              try {
                self.run();
              } catch (IllegalStateException e) {
                refused.add(e);
              }
            });
    TrainingJob cancelled =
        TrainingJob.builder("other", runs.training(3, journal()).build()).build();

    job.run();
    cancelled.cancel();
    cancelled.run();

    assertThat(refused).singleElement().asString().contains("job job is RUNNING");
    assertThatThrownBy(job::run)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("job job is COMPLETED");
    assertThatThrownBy(cancelled::run)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("job other is STOPPED");
    assertThat(changes).containsExactly("job PENDING RUNNING", "job RUNNING COMPLETED");
  }

  @Test
  void listenerThatThrows_isLogged_andTrainingGoesOn() {
    List<LogRecord> logged = new ArrayList<>();
    Logger logger = Logger.getLogger(TrainingJob.class.getName());
    Handler handler = collecting(logged);
    TrainingJob job =
        TrainingJob.builder("job", runs.training(3, journal()).build())
            .listener(change -> {
              if (change.after() == Status.RUNNING) {
                throw new AssertionError("at the begin");
              }
              throw new IllegalStateException("at the end");
            })
            .build();

    logger.addHandler(handler);
    try {
      job.run();
    } finally {
      logger.removeHandler(handler);
    }

    assertThat(job.status()).isEqualTo(Status.COMPLETED);
    assertThat(logged)
        .extracting(record -> Objects.requireNonNull(record.getThrown()).getMessage())
        .containsExactly("at the begin", "at the end");
    assertThat(logged).extracting(LogRecord::getMessage).allMatch(text -> text.contains("job job"));
  }

  private static Handler collecting(List<LogRecord> logged) {
    return new Handler() {
      @Override
      public void publish(LogRecord record) {
        logged.add(record);
      }

      @Override
      public void flush() {}

      @Override
      public void close() {}
    };
  }

  @Test
  void executor_withAPriorityQueue_runsTheHighestFirst_thenTheEarliest() throws Exception {
    CountDownLatch queued = new CountDownLatch(1);
    List<TrainingJob> jobs = new ArrayList<>();
    try (ThreadPoolExecutor pool =
        new ThreadPoolExecutor(1, 1, 0, TimeUnit.SECONDS, new PriorityBlockingQueue<Runnable>())) {
      pool.execute(() -> awaitUninterrupted(queued));
      for (int priority : List.of(0, 5, -1, 5, 9, 0, 5)) {
        int place = jobs.size();
        jobs.add(
            TrainingJob.builder(
                    "job-" + place, runs.training(1, directory.resolve("run-" + place)).build())
                .priority(priority)
                .listener(this::note)
                .build());
      }
      List<TrainingJob> shuffled = new ArrayList<>(jobs);
      Collections.reverse(shuffled);
      shuffled.forEach(pool::execute);
      jobs.get(0).cancel();
      queued.countDown();
    }

    assertThat(changes).startsWith("job-0 PENDING STOPPED");
    assertThat(changes)
        .filteredOn(change -> change.endsWith("PENDING RUNNING"))
        .extracting(change -> change.substring(0, 5))
        .containsExactly("job-4", "job-1", "job-3", "job-6", "job-5", "job-2");
    assertThat(changes).filteredOn(change -> change.endsWith("RUNNING COMPLETED")).hasSize(6);
  }

  private static void awaitUninterrupted(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void compareTo_isZeroForTheSameJobAlone() {
    ResumableTraining run = runs.training(3, journal()).build();
    TrainingJob first = TrainingJob.builder("same", run).build();
    TrainingJob second = TrainingJob.builder("same", run).build();

    assertThat(first).isEqualByComparingTo(first).isLessThan(second).isNotEqualTo(second);
    assertThat(second).isGreaterThan(first);
    assertThat(TrainingJob.builder("urgent", run).priority(Integer.MAX_VALUE).build())
        .isLessThan(TrainingJob.builder("last", run).priority(Integer.MIN_VALUE).build())
        .isLessThan(first);
  }
}
