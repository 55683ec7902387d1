package io.tinker4j.examples;

import io.tinker4j.training.ServiceClient;
import io.tinker4j.training.TrainingClient;
import io.tinker4j.types.AdamParams;
import io.tinker4j.types.Datum;
import io.tinker4j.types.Metrics;
import java.util.List;

/** Trains on a loss that is computed in this process; the server gets its gradient. */
public final class CustomLossTraining {
  private CustomLossTraining() {}

  /** Uses the server and the key that TINKER_BASE_URL and TINKER_API_KEY name. */
  public static void main(String[] args) {
    try (ServiceClient service = ServiceClient.create()) {
      String model =
          service.getServerCapabilities().supportedModels().get(0).modelName().orElseThrow();
      TrainingClient training = service.createLoraTrainingClient(model);
      System.out.println(run(training, 10));
    }
  }

  static List<Double> run(TrainingClient training, int steps) {
    List<Datum> batch =
        List.of(
            Datum.supervised("a short one".chars().toArray()),
            Datum.supervised("another one that is longer".chars().toArray()));
    AdamParams adam = AdamParams.builder().learningRate(0.02).build();
    Double[] losses = new Double[steps];
    for (int step = 0; step < steps; step++) {
      var pass = training.forwardBackwardCustom(batch, CustomLosses::mean);
      var update = training.optimStep(adam);
      Metrics metrics = pass.join().metrics(); // the loss's own are among them
      update.join();
      losses[step] = metrics.get("mean_nll").orElseThrow();
    }
    return List.of(losses);
  }
}
