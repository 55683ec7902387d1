package io.tinker4j.examples;

import io.tinker4j.training.SaveOptions;
import io.tinker4j.training.ServiceClient;
import io.tinker4j.training.TrainingClient;
import io.tinker4j.types.AdamParams;
import io.tinker4j.types.Datum;
import io.tinker4j.types.LossFunction;
import java.time.Duration;
import java.util.List;

/** Saves weights and optimizer for a day, and goes on in the same and in a fresh client. */
public final class TrainingPersistence {
  private static final List<Datum> BATCH =
      List.of(Datum.supervised("save early, save often".chars().toArray()));

  private TrainingPersistence() {}

  /** The loss of the step behind the checkpoint: as it went on, as it was loaded, and restored. */
  record Losses(double wentOn, double loaded, double restored) {}

  /** Uses the server and the key that TINKER_BASE_URL and TINKER_API_KEY name. */
  public static void main(String[] args) {
    try (ServiceClient service = ServiceClient.create()) {
      System.out.println(run(service));
    }
  }

  static Losses run(ServiceClient service) {
    String model =
        service.getServerCapabilities().supportedModels().get(0).modelName().orElseThrow();
    TrainingClient training = service.createLoraTrainingClient(model);
    twoSteps(training);
    SaveOptions forADay = SaveOptions.builder().ttl(Duration.ofDays(1)).build();
    String checkpoint = training.saveState("two-steps", forADay).join().path();
    double wentOn = twoSteps(training);

    training.loadStateWithOptimizer(checkpoint).join(); // back to where it was saved
    double loaded = twoSteps(training);

    TrainingClient fresh = service.createTrainingClientFromStateWithOptimizer(checkpoint);
    double restored = twoSteps(fresh);
    return new Losses(wentOn, loaded, restored);
  }

  private static double twoSteps(TrainingClient training) {
    AdamParams adam = AdamParams.builder().learningRate(0.02).build();
    double loss = 0;
    for (int step = 0; step < 2; step++) {
      var pass = training.forwardBackward(BATCH, LossFunction.CROSS_ENTROPY);
      training.optimStep(adam).join();
      loss = pass.join().metrics().lossSum().orElseThrow();
    }
    return loss;
  }
}
