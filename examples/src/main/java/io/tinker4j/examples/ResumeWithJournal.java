package io.tinker4j.examples;

import io.tinker4j.recovery.Batches;
import io.tinker4j.recovery.CheckpointSchedule;
import io.tinker4j.recovery.ResumableTraining;
import io.tinker4j.recovery.RunResult;
import io.tinker4j.training.ServiceClient;
import io.tinker4j.types.Datum;
import io.tinker4j.types.LossFunction;
import java.nio.file.Path;
import java.util.List;
import java.util.function.LongConsumer;
import java.util.function.Supplier;

/** Start it, end it in the middle in any way, start it again: it goes on where it was. */
public final class ResumeWithJournal {
  private ResumeWithJournal() {}

  /** Uses the server and the key that TINKER_BASE_URL and TINKER_API_KEY name. */
  public static void main(String[] args) throws InterruptedException {
    Path journal = Path.of("resumable-run");
    System.out.println(
        run(ServiceClient::create, "meta-llama/Llama-3.1-8B", journal, System.out::println));
  }

  static RunResult run(
      Supplier<ServiceClient> service, String model, Path journal, LongConsumer onStep)
      throws InterruptedException {
    List<Datum> batch = List.of(Datum.supervised("to be continued".chars().toArray()));
    return ResumableTraining.supervised(
            Batches.of(List.of(batch), 40), LossFunction.CROSS_ENTROPY, step -> 0.01)
        .service(service)
        .baseModel(model)
        .journal(journal)
        .schedule(CheckpointSchedule.builder().everySteps(10).build())
        .onStep(done -> onStep.accept(done.step()))
        .build()
        .resumeOrStart();
  }
}
