package io.tinker4j.examples;

import static java.util.Objects.requireNonNull;

import io.tinker4j.training.ServiceClient;
import io.tinker4j.training.TrainingClient;
import io.tinker4j.training.loss.LossTerm;
import io.tinker4j.training.loss.WeightedLoss;
import io.tinker4j.types.AdamParams;
import io.tinker4j.types.Datum;
import io.tinker4j.types.LossFunction;
import io.tinker4j.types.Metrics;
import java.nio.FloatBuffer;
import java.util.List;

/** Trains on a sum of terms that keeps the model near where it began. */
public final class StructuredRegularizersTraining {
  private StructuredRegularizersTraining() {}

  /** Uses the server and the key that TINKER_BASE_URL and TINKER_API_KEY name. */
  public static void main(String[] args) {
    try (ServiceClient service = ServiceClient.create()) {
      String model =
          service.getServerCapabilities().supportedModels().get(0).modelName().orElseThrow();
      System.out.println(run(service.createLoraTrainingClient(model), 0.5, 8));
    }
  }

  static Metrics run(TrainingClient training, double nearness, int steps) {
    List<Datum> batch = List.of(Datum.supervised("stay close to home".chars().toArray()));
    List<float[]> before =
        training.forward(batch, LossFunction.CROSS_ENTROPY).join().lossFnOutputs().stream()
            .map(output -> floats(requireNonNull(output.get("logprobs")).floats()))
            .toList();
    WeightedLoss loss =
        WeightedLoss.builder()
            .add("nll", 1, LossTerm.negativeLogLikelihood())
            .add("kl", nearness, LossTerm.klToReference(LossTerm.Reference.of(before)))
            .build();

    AdamParams adam = AdamParams.builder().learningRate(0.02).build();
    Metrics last = Metrics.empty();
    for (int step = 0; step < steps; step++) {
      var pass = training.forwardBackwardCustom(batch, loss);
      training.optimStep(adam).join();
      last = pass.join().metrics();
    }
    return last;
  }

  private static float[] floats(FloatBuffer buffer) {
    float[] copy = new float[buffer.remaining()];
    buffer.get(copy);
    return copy;
  }
}
