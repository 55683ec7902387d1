package io.tinker4j.examples;

import io.tinker4j.recovery.Batches;
import io.tinker4j.recovery.CheckpointSchedule;
import io.tinker4j.recovery.ResumableTraining;
import io.tinker4j.testkit.EmbeddedTinkerServer;
import io.tinker4j.testkit.time.ManualTime;
import io.tinker4j.training.ServiceClient;
import io.tinker4j.types.Datum;
import io.tinker4j.types.LossFunction;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;

/** Resumable runs of a few steps on an embedded server, in virtual time. */
final class SmallRuns implements AutoCloseable {
  private static final String MODEL = "tinker4j/nano-bytes";

  final ManualTime time = ManualTime.autoAdvancing();
  final EmbeddedTinkerServer server =
      EmbeddedTinkerServer.builder().time(time).keepsStateInMemory(true).start();

  private ServiceClient connect() {
    return ServiceClient.builder()
        .baseUrl(server.baseUrl().toString())
        .apiKey("tml-example")
        .transport(server.transport())
        .time(time)
        .build();
  }

  ResumableTraining.Builder<List<Datum>> training(int steps, Path journal) {
    List<List<Datum>> batches =
        IntStream.range(0, steps)
            .mapToObj(step -> List.of(Datum.supervised(new int[] {'a', 'b' + step % 20, 'c'})))
            .toList();
    return ResumableTraining.supervised(
            Batches.of(batches, 1), LossFunction.CROSS_ENTROPY, step -> 0.01)
        .service(this::connect)
        .baseModel(MODEL)
        .schedule(CheckpointSchedule.builder().everySteps(10).build())
        .journal(journal)
        .time(time);
  }

  /** Returns the weights of a run that nothing happens to. */
  String cleanWeights(int steps, Path journal) throws InterruptedException {
    return server.weightsHash(training(steps, journal).build().resumeOrStart().modelId());
  }

  @Override
  public void close() {
    server.close();
    time.close();
  }
}
