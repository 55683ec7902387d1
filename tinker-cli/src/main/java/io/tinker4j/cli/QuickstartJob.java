package io.tinker4j.cli;

import io.tinker4j.cli.output.CommandException;
import io.tinker4j.cli.output.VisibleText;
import io.tinker4j.training.LoraOptions;
import io.tinker4j.training.SamplingClient;
import io.tinker4j.training.ServiceClient;
import io.tinker4j.training.TrainingClient;
import io.tinker4j.types.AdamParams;
import io.tinker4j.types.ForwardBackwardOutput;
import io.tinker4j.types.LossFunction;
import io.tinker4j.types.ModelInput;
import io.tinker4j.types.OptimStepResponse;
import io.tinker4j.types.SamplingParams;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Fine-tunes a model on a text: samples, trains half of the steps, saves, reloads the checkpoint
 * with its optimizer in a fresh client, trains the rest, saves and samples again.
 *
 * <p>{@link #run} is called once; {@link #interrupt} may come at any time from another thread.
 */
final class QuickstartJob {
  private static final long SEED = 1;
  private static final int IN_FLIGHT = 2;
  private static final SamplingParams SAMPLING =
      SamplingParams.builder().maxTokens(120).temperature(0.7).seed(SEED).build();

  private final QuickstartOptions options;
  private final TrainingText text;
  private final TrainingServer server;
  private final PrintWriter human;
  private final ProgressDisplay progress;
  private final TextBatches batches;
  private final ReentrantLock lock = new ReentrantLock(); // guards: service, interrupted
  private @Nullable ServiceClient service;
  private boolean interrupted;
  private volatile @Nullable String checkpoint;
  private ProgressLine.Pace pace = new ProgressLine.Pace(0, Duration.ZERO);
  private double firstLoss = Double.NaN;
  private double lastLoss = Double.NaN;

  QuickstartJob(
      QuickstartOptions options,
      TrainingText text,
      TrainingServer server,
      PrintWriter human,
      ProgressDisplay progress) {
    this.options = options;
    this.text = text;
    this.server = server;
    this.human = human;
    this.progress = progress;
    this.batches = new TextBatches(text, server.endOfDocument(), options.batch(), SEED);
  }

  private record Step(
      int number,
      TextBatches.Batch batch,
      CompletableFuture<ForwardBackwardOutput> pass,
      CompletableFuture<OptimStepResponse> update) {}

  /** Does all of it; blocks. */
  QuickstartSummary run() {
    int half = options.steps() / 2;
    ServiceClient first = connect();
    String model = ModelChoice.of(first, options.model());
    say("Fine-tuning %s on %s".formatted(model, server.description()));
    say("Data       %s, %s".formatted(text.name(), counted(text.documents(), text.size())));
    TrainingClient training =
        first.createLoraTrainingClient(
            model, LoraOptions.builder().rank(options.rank()).seed(SEED).build());
    String untrained = sample(training);
    train(training, 1, half);
    String middle = save(training, "quickstart-half");
    first.close();
    training = connect().createTrainingClientFromStateWithOptimizer(middle);
    say("Half-way   reloaded %s with its optimizer in a fresh client".formatted(middle));
    train(training, half + 1, options.steps());
    String last = save(training, "quickstart-final");
    String trained = sample(training);
    say("Prompt     " + VisibleText.of(options.promptFor(text)));
    say("Untrained  " + untrained);
    say("Trained    " + trained);
    say("Checkpoint " + server.locate(last));
    return new QuickstartSummary(
        new QuickstartSummary.LossCurve(options.steps(), firstLoss, lastLoss),
        pace,
        last,
        server.weightsHash(training.modelId()).orElse(null));
  }

  private static String counted(int documents, int tokens) {
    return "%s, %d tokens"
        .formatted(documents == 1 ? "1 document" : documents + " documents", tokens);
  }

  private ServiceClient connect() {
    lock.lock();
    try {
      if (interrupted) {
        throw new CancellationException("interrupted");
      }
      service = server.connect();
      return service;
    } finally {
      lock.unlock();
    }
  }

  private void train(TrainingClient training, int from, int to) {
    ProgressLine.Pace before = pace;
    long start = System.nanoTime();
    long tokens = before.tokens();
    Deque<Step> inFlight = new ArrayDeque<>();
    for (int number = from; number <= to || !inFlight.isEmpty(); number++) {
      if (number <= to) {
        inFlight.add(submit(training, number));
      }
      if (inFlight.size() == IN_FLIGHT || number >= to) {
        Step done = inFlight.remove();
        double loss = lossPerToken(done);
        tokens += done.batch().tokens();
        Duration elapsed = before.elapsed().plusNanos(System.nanoTime() - start);
        pace = new ProgressLine.Pace(tokens, elapsed);
        progress.show(new ProgressLine(done.number(), options.steps(), loss, pace));
      }
    }
    progress.pause();
  }

  private Step submit(TrainingClient training, int number) {
    TextBatches.Batch batch = batches.next();
    return new Step(
        number,
        batch,
        training.forwardBackward(batch.data(), LossFunction.CROSS_ENTROPY),
        training.optimStep(
            AdamParams.builder().learningRate(options.learningRateOn(server)).build()));
  }

  private double lossPerToken(Step step) {
    double loss = SummedLoss.of(step.batch().data(), step.pass().join()) / step.batch().tokens();
    step.update().join();
    if (!Double.isFinite(loss)) {
      throw new CommandException(
          "the loss of step %d is %s; a smaller --learning-rate than %s may help"
              .formatted(step.number(), loss, options.learningRateOn(server)));
    }
    if (step.number() == 1) {
      firstLoss = loss;
    }
    lastLoss = loss;
    return loss;
  }

  private String save(TrainingClient training, String name) {
    String path = training.saveState(name).join().path();
    checkpoint = path;
    return path;
  }

  private String sample(TrainingClient training) {
    SamplingClient sampler = training.saveWeightsAndGetSamplingClient();
    ModelInput prompt =
        ModelInput.ofInts(tokens(options.promptFor(text).getBytes(StandardCharsets.UTF_8)));
    return VisibleText.ofTokens(
        sampler.sample(prompt, 1, SAMPLING).join().sequences().get(0).toInts());
  }

  private static int[] tokens(byte[] bytes) {
    int[] tokens = new int[bytes.length];
    for (int i = 0; i < tokens.length; i++) {
      tokens[i] = Byte.toUnsignedInt(bytes[i]);
    }
    return tokens;
  }

  private void say(String line) {
    human.println(line);
  }

  /** Whether {@link #interrupt} was called, and thus why {@link #run} fails. */
  boolean isInterrupted() {
    lock.lock();
    try {
      return interrupted;
    } finally {
      lock.unlock();
    }
  }

  /** Ends the work early: finishes the session, stops the server, says what is left. */
  void interrupt() {
    lock.lock();
    try {
      interrupted = true;
    } finally {
      lock.unlock();
    }
    progress.end();
    close();
    String last = checkpoint;
    say(
        "Interrupted; "
            + (last == null
                ? "no checkpoint was saved yet"
                : "the last checkpoint is " + server.locate(last)));
    human.flush();
  }

  /** Ends the session and the server; may be called twice. */
  void close() {
    ServiceClient open;
    lock.lock();
    try {
      open = service;
    } finally {
      lock.unlock();
    }
    if (open != null) {
      open.close();
    }
    server.close();
  }
}
