package io.tinker4j.recovery;

import io.tinker4j.testkit.EmbeddedTinkerServer;
import io.tinker4j.testkit.time.ManualTime;
import io.tinker4j.training.LoraOptions;
import io.tinker4j.training.ServiceClient;
import io.tinker4j.transport.Time;
import io.tinker4j.types.Datum;
import io.tinker4j.types.LossFunction;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.UnaryOperator;

/** Small runs on an embedded server, in virtual time unless told otherwise. */
public final class TestRuns implements AutoCloseable {
  public static final String MODEL = "tinker4j/nano-bytes";

  public final EmbeddedTinkerServer server;
  public final Time time;

  public TestRuns() {
    this(ManualTime.autoAdvancing(), server -> server.keepsStateInMemory(true));
  }

  private TestRuns(Time time, UnaryOperator<EmbeddedTinkerServer.Builder> settings) {
    this.time = time;
    this.server = settings.apply(EmbeddedTinkerServer.builder().time(time)).start();
  }

  /** On a server with settings of its own. */
  public static TestRuns on(UnaryOperator<EmbeddedTinkerServer.Builder> settings) {
    return new TestRuns(ManualTime.autoAdvancing(), settings);
  }

  /** For steps that wait for samples, whose threads virtual time does not see waiting. */
  static TestRuns inRealTime() {
    return new TestRuns(Time.system(), server -> server.keepsStateInMemory(true));
  }

  static List<List<Datum>> batches(int count) {
    SplittableRandom random = new SplittableRandom(11);
    List<List<Datum>> batches = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      batches.add(List.of(Datum.supervised(random.ints(6, 'a', 'z').toArray())));
    }
    return batches;
  }

  public ServiceClient connect() {
    return connecting().build();
  }

  public ServiceClient.Builder connecting() {
    return ServiceClient.builder()
        .baseUrl(server.baseUrl().toString())
        .apiKey("tml-test")
        .transport(server.transport())
        .time(time);
  }

  public ResumableTraining.Builder<List<Datum>> training(int steps, Path journal) {
    return with(
        ResumableTraining.supervised(
            Batches.of(batches(steps), 1), LossFunction.CROSS_ENTROPY, step -> 0.01),
        journal);
  }

  <B> ResumableTraining.Builder<B> with(ResumableTraining.Builder<B> builder, Path journal) {
    return builder
        .service(this::connect)
        .baseModel(MODEL)
        .lora(LoraOptions.builder().rank(2).seed(7).build())
        .schedule(CheckpointSchedule.builder().everySteps(10).build())
        .policy(RecoveryPolicy.builder().probeTolerance(0).verifyOptimizer(true).build())
        .journal(journal)
        .time(time);
  }

  /** Returns the weights of a run that nothing happens to. */
  public String cleanWeights(int steps, Path journal) throws InterruptedException {
    return server.weightsHash(training(steps, journal).build().resumeOrStart().modelId());
  }

  @Override
  public void close() {
    server.close();
    if (time instanceof ManualTime clock) {
      clock.close();
    }
  }
}
