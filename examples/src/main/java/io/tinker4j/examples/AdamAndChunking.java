package io.tinker4j.examples;

import io.tinker4j.training.ServiceClient;
import io.tinker4j.training.TrainingClient;
import io.tinker4j.types.AdamParams;
import io.tinker4j.types.Datum;
import io.tinker4j.types.LossFunction;
import io.tinker4j.types.OptimStepResponse;
import java.util.Collections;
import java.util.List;

/** A batch that is sent as several requests, and a step with decay and clipped gradients. */
public final class AdamAndChunking {
  private AdamAndChunking() {}

  /** How many examples came back, their loss, and what the step said. */
  record Result(int outputs, double loss, OptimStepResponse step) {}

  /** Uses the server and the key that TINKER_BASE_URL and TINKER_API_KEY name. */
  public static void main(String[] args) {
    try (ServiceClient service = ServiceClient.create()) {
      String model =
          service.getServerCapabilities().supportedModels().get(0).modelName().orElseThrow();
      System.out.println(run(service.createLoraTrainingClient(model), 1025));
    }
  }

  static Result run(TrainingClient training, int examples) {
    List<Datum> data = Collections.nCopies(examples, Datum.supervised(1, 2, 3));
    AdamParams adam =
        AdamParams.builder().learningRate(1e-3).weightDecay(0.01).gradClipNorm(1.0).build();

    var pass = training.forwardBackward(data, LossFunction.CROSS_ENTROPY); // one call, one result
    var step = training.optimStep(adam);
    return new Result(
        pass.join().lossFnOutputs().size(),
        pass.join().metrics().lossSum().orElseThrow(),
        step.join());
  }
}
