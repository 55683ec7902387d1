package io.tinker4j.examples;

import io.tinker4j.recovery.Batches;
import io.tinker4j.recovery.CheckpointSchedule;
import io.tinker4j.recovery.ExperimentTracker;
import io.tinker4j.recovery.ResumableTraining;
import io.tinker4j.recovery.RunResult;
import io.tinker4j.training.ServiceClient;
import io.tinker4j.types.Datum;
import io.tinker4j.types.LossFunction;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Supplier;

/** Notes settings, metrics and checkpoints of a run as JSON lines; MlflowTracker does it there. */
public final class ExperimentTracking {
  private ExperimentTracking() {}

  /** Uses the server and the key that TINKER_BASE_URL and TINKER_API_KEY name. */
  public static void main(String[] args) throws InterruptedException {
    System.out.println(
        run(ServiceClient::create, "meta-llama/Llama-3.1-8B", Path.of("tracked-run")));
  }

  static RunResult run(Supplier<ServiceClient> service, String model, Path directory)
      throws InterruptedException {
    List<Datum> batch = List.of(Datum.supervised("for the record".chars().toArray()));
    return ResumableTraining.supervised(
            Batches.of(List.of(batch), 10), LossFunction.CROSS_ENTROPY, step -> 0.01)
        .service(service)
        .baseModel(model)
        .journal(directory)
        .schedule(CheckpointSchedule.builder().everySteps(5).build())
        .tracker(ExperimentTracker.jsonLines(directory.resolve("experiment.jsonl")))
        .build()
        .resumeOrStart();
  }
}
