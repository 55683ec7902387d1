package io.tinker4j.examples;

import io.tinker4j.training.ServiceClient;
import io.tinker4j.training.TrainingClient;
import io.tinker4j.types.AdamParams;
import io.tinker4j.types.Datum;
import io.tinker4j.types.LossFunction;
import java.util.List;

/** Shows that a restore has the optimizer: one without it takes another way. */
public final class OptimizerRestoreProof {
  private static final List<Datum> BATCH =
      List.of(Datum.supervised("momentum counts".chars().toArray()));
  private static final AdamParams ADAM = AdamParams.builder().learningRate(0.02).build();

  private OptimizerRestoreProof() {}

  /** The loss behind the next step: of the model itself, with its optimizer, and without. */
  record Losses(double original, double withOptimizer, double weightsOnly) {}

  /** Uses the server and the key that TINKER_BASE_URL and TINKER_API_KEY name. */
  public static void main(String[] args) {
    try (ServiceClient service = ServiceClient.create()) {
      System.out.println(run(service));
    }
  }

  static Losses run(ServiceClient service) {
    String model =
        service.getServerCapabilities().supportedModels().get(0).modelName().orElseThrow();
    TrainingClient original = service.createLoraTrainingClient(model);
    for (int step = 0; step < 5; step++) {
      lossBehindAStep(original);
    }
    String checkpoint = original.saveState("five-steps").join().path();

    double expected = lossBehindAStep(original);
    double withOptimizer =
        lossBehindAStep(service.createTrainingClientFromStateWithOptimizer(checkpoint));
    double weightsOnly = lossBehindAStep(service.createTrainingClientFromState(checkpoint));
    return new Losses(expected, withOptimizer, weightsOnly);
  }

  private static double lossBehindAStep(TrainingClient training) {
    var pass = training.forwardBackward(BATCH, LossFunction.CROSS_ENTROPY);
    training.optimStep(ADAM).join();
    pass.join();
    return training
        .forward(BATCH, LossFunction.CROSS_ENTROPY)
        .join()
        .metrics()
        .lossSum()
        .orElseThrow();
  }
}
