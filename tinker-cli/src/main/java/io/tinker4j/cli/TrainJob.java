package io.tinker4j.cli;

import io.tinker4j.cli.cost.RunCost;
import io.tinker4j.recovery.Batches;
import io.tinker4j.recovery.CheckpointSchedule;
import io.tinker4j.recovery.ExperimentTracker;
import io.tinker4j.recovery.PeriodicEvaluation;
import io.tinker4j.recovery.RecoveryEvent;
import io.tinker4j.recovery.ResumableTraining;
import io.tinker4j.recovery.RunResult;
import io.tinker4j.recovery.TrainingStep;
import io.tinker4j.recovery.journal.DataPosition;
import io.tinker4j.text.data.ChatData;
import io.tinker4j.training.LoraOptions;
import io.tinker4j.training.SaveOptions;
import io.tinker4j.training.ServiceClient;
import io.tinker4j.types.AdamParams;
import io.tinker4j.types.Datum;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/**
 * Trains as planned, from where an earlier process of the same run has left it.
 *
 * <p>{@link #run} is called once; {@link #interrupt} may come at any time from another thread, and
 * returns when the checkpoint is saved.
 */
final class TrainJob {
  private static final String SAMPLER = "final";
  private static final int PROBE = 4;

  /** Steps that are sent before the first one is shown. */
  private static final int SUBMITTED = 2;

  private final TrainPlan plan;
  private final ChatData data;
  private final TrainingServer server;
  private final @Nullable String baseUrl;
  private final Path directory;
  private final long seed;
  private final PrintWriter err;
  private final ProgressDisplay progress;
  private final RunCost cost;
  private final List<Datum> probe;
  private final @Nullable TrainEstimate estimate;
  private final MeasuredStep step;
  private final ResumableTraining training;
  private final long start = System.nanoTime();
  private final CountDownLatch ended = new CountDownLatch(1);
  private long tokens;
  private long largest;
  private volatile boolean overBudget;

  /** The steps of earlier processes; -1 until the first step of this one. */
  private int before = -1;

  TrainJob(
      TrainPlan plan,
      ChatData data,
      TrainingServer server,
      @Nullable String baseUrl,
      TrainOptions options,
      RunCost cost,
      PrintWriter err,
      ProgressDisplay progress) {
    this.plan = plan;
    this.data = data;
    this.server = server;
    this.baseUrl = baseUrl;
    this.directory = options.out();
    this.seed = options.seed();
    this.err = err;
    this.progress = progress;
    this.cost = cost;
    this.probe = probe(data);
    this.estimate = cost.hasBudget() ? TrainEstimate.of(data, probe, plan, options.epochs()) : null;
    this.step =
        new MeasuredStep(
            number -> AdamParams.builder().learningRate(plan.learningRate(number)).build(),
            cost.spending());
    this.training = training();
  }

  private ResumableTraining training() {
    ResumableTraining.Builder<List<Datum>> builder =
        ResumableTraining.builder(data.batches(), step)
            .service(() -> server.connect(cost.spending().meter()))
            .baseModel(plan.model())
            .lora(LoraOptions.builder().rank(plan.rank()).seed(seed).build())
            .journal(directory.resolve("journal"))
            .steps(plan.steps())
            .schedule(CheckpointSchedule.builder().everySteps(plan.saveEvery()).build())
            .tracker(ExperimentTracker.jsonLines(directory.resolve("metrics.jsonl")))
            .tokenizerId(plan.tokenizerId())
            .rendererId(plan.rendererName())
            .probe(probe)
            .onStep(this::show)
            .listener(this::tell);
    if (data.survey().heldOut() > 0) {
      builder.evaluation(
          new PeriodicEvaluation(
              plan.evalEvery(),
              new HeldOutLoss(
                  data.heldOut(),
                  cost.spending(),
                  (number, loss) -> say("Held out   step %d: NLL %.4f".formatted(number, loss)))));
    }
    return builder.build();
  }

  /** A few examples, by which a restore shows that it has given the weights back. */
  static List<Datum> probe(ChatData data) {
    try (Batches.Reader<List<Datum>> reader = data.batches().open(DataPosition.START)) {
      List<Datum> first = reader.next();
      return first.subList(0, Math.min(PROBE, first.size()));
    }
  }

  private void show(TrainingStep.StepResult result) {
    MeasuredStep.Amount amount = step.take(result.step());
    tokens += amount.tokens();
    double sum = result.metrics().getOrDefault("loss:sum", Double.NaN);
    int number = Math.toIntExact(result.step());
    if (before < 0) {
      before = number - 1;
    }
    progress.show(
        new ProgressLine(
            number,
            Math.toIntExact(plan.steps()),
            sum / amount.weight(),
            new ProgressLine.Pace(tokens, Duration.ofNanos(System.nanoTime() - start)),
            before,
            cost.summary()));
    largest = Math.max(largest, amount.tokens());
    if (number < plan.steps() && !fits(1)) {
      overBudget = true;
      training.stop();
    }
  }

  /** Whether so many steps, and what comes behind them, are within the budget. */
  private boolean fits(int steps) {
    return estimate == null || cost.allows(estimate.next(steps, largest));
  }

  /** Whether the run was stopped because more would not have been within its budget. */
  boolean isOverBudget() {
    return overBudget;
  }

  private void tell(RecoveryEvent event) {
    switch (event) {
      case RecoveryEvent.Detected detected -> say("Incident   " + detected.cause());
      case RecoveryEvent.CheckpointSelected selected ->
          say(
              "Recovery   goes back to step %d, %d steps are trained again"
                  .formatted(selected.step(), selected.rolledBack()));
      case RecoveryEvent.CheckpointRejected rejected ->
          say("Recovery   %s: %s".formatted(rejected.path(), rejected.reason()));
      case RecoveryEvent.Completed completed ->
          say("Recovered  step %d is done".formatted(completed.step()));
      case RecoveryEvent.Failed failed -> say("Recovery   failed: " + failed.reason());
      case RecoveryEvent.Degraded degraded ->
          say("Degraded   %s: %s".formatted(degraded.degradation(), degraded.reason()));
      case RecoveryEvent.Exhausted exhausted ->
          say("Given up   " + String.join("; ", exhausted.tried()));
      case RecoveryEvent.Started started -> {}
      case RecoveryEvent.ClientCreated created -> {}
      case RecoveryEvent.Verified verified -> {}
      case RecoveryEvent.ReplayStarted replay -> {}
    }
  }

  private void say(String line) {
    progress.pause();
    err.println(line);
  }

  /** Trains to the end, or until it is interrupted; then there is no result. */
  @Nullable RunFile run() throws InterruptedException {
    try {
      if (RunFile.read(directory).isEmpty() && !fits(SUBMITTED)) {
        overBudget = true;
        err.println(
            "Budget     used up: %s; the same command with a larger --budget trains on"
                .formatted(cost.summary()));
        return null;
      }
      RunResult result = training.resumeOrStart();
      cost.spending().settle();
      progress.pause();
      if (!result.isComplete()) {
        err.println(
            "Stopped    at step %d of %d; the same command %sgoes on from there"
                .formatted(
                    result.steps(), plan.steps(), overBudget ? "with a larger --budget " : ""));
        err.println("%s %s".formatted(overBudget ? "Budget    " : "Used      ", cost.summary()));
        return null;
      }
      overBudget = false;
      return finish(result);
    } finally {
      progress.end();
      ended.countDown();
    }
  }

  /** A run that was complete before has its weights for sampling already. */
  private RunFile finish(RunResult result) {
    RunFile before = RunFile.read(directory).orElse(null);
    if (before != null && before.checkpoint().equals(result.checkpointPath())) {
      return before;
    }
    String sampler;
    try (ServiceClient service = server.connect()) {
      sampler =
          service
              .createTrainingClientFromState(result.checkpointPath())
              .saveWeightsForSampler(SAMPLER, SaveOptions.builder().overwrite(true).build())
              .join()
              .path();
    }
    RunFile file =
        new RunFile(
            plan.model(),
            plan.tokenizerId(),
            plan.rendererName(),
            baseUrl,
            result.steps(),
            result.checkpointPath(),
            sampler);
    file.write(directory);
    return file;
  }

  /** Asks for the end, and waits until what is done is saved. */
  void interrupt() {
    progress.pause();
    err.println("Stopping   after the steps under way; saving a checkpoint");
    training.stop();
    try {
      ended.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
