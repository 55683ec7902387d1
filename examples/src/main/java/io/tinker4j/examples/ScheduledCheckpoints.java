package io.tinker4j.examples;

import io.tinker4j.recovery.Batches;
import io.tinker4j.recovery.BestMetric;
import io.tinker4j.recovery.CheckpointSchedule;
import io.tinker4j.recovery.ResumableTraining;
import io.tinker4j.recovery.RetentionPolicy;
import io.tinker4j.recovery.RunResult;
import io.tinker4j.training.ServiceClient;
import io.tinker4j.types.Datum;
import io.tinker4j.types.LossFunction;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;

/** Saves on a schedule and keeps only the newest checkpoints and the best one. */
public final class ScheduledCheckpoints {
  private ScheduledCheckpoints() {}

  /** Uses the server and the key that TINKER_BASE_URL and TINKER_API_KEY name. */
  public static void main(String[] args) throws InterruptedException {
    System.out.println(
        run(ServiceClient::create, "meta-llama/Llama-3.1-8B", Path.of("scheduled-run")));
  }

  static RunResult run(Supplier<ServiceClient> service, String model, Path journal)
      throws InterruptedException {
    List<Datum> batch = List.of(Datum.supervised("on time".chars().toArray()));
    BestMetric lowestLoss = new BestMetric("loss:sum", BestMetric.Goal.MIN);
    return ResumableTraining.supervised(
            Batches.of(List.of(batch), 30), LossFunction.CROSS_ENTROPY, step -> 0.01)
        .service(service)
        .baseModel(model)
        .journal(journal)
        .schedule(CheckpointSchedule.builder().everySteps(5).every(Duration.ofMinutes(30)).build())
        .retention(RetentionPolicy.builder().keepLast(2).keepBest(lowestLoss).build())
        .build()
        .resumeOrStart();
  }
}
