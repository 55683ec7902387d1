package io.tinker4j.examples;

import io.tinker4j.training.ServiceClient;
import io.tinker4j.training.TrainingClient;
import io.tinker4j.types.AdamParams;
import io.tinker4j.types.Datum;
import io.tinker4j.types.ForwardBackwardOutput;
import io.tinker4j.types.LossFunction;
import io.tinker4j.types.OptimStepResponse;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Keeps several steps under way: calls are ordered where they are made, not where they end. */
public final class PipelinedTraining {
  private static final int DEPTH = 4;

  private PipelinedTraining() {}

  /** A step that was called and not yet awaited. */
  private record Step(
      CompletableFuture<ForwardBackwardOutput> pass, CompletableFuture<OptimStepResponse> update) {}

  /** Uses the server and the key that TINKER_BASE_URL and TINKER_API_KEY name. */
  public static void main(String[] args) {
    try (ServiceClient service = ServiceClient.create()) {
      String model =
          service.getServerCapabilities().supportedModels().get(0).modelName().orElseThrow();
      System.out.println(run(service.createLoraTrainingClient(model), 12));
    }
  }

  static List<Double> run(TrainingClient training, int steps) {
    List<Datum> batch = List.of(Datum.supervised("abcabcabcabc".chars().toArray()));
    AdamParams adam = AdamParams.builder().learningRate(0.02).build();
    List<Double> losses = new ArrayList<>();
    Deque<Step> underWay = new ArrayDeque<>();
    for (int step = 0; step < steps; step++) {
      underWay.add(
          new Step(
              training.forwardBackward(batch, LossFunction.CROSS_ENTROPY),
              training.optimStep(adam))); // called behind the pass, before it is done
      if (underWay.size() == DEPTH) {
        losses.add(loss(underWay.remove()));
      }
    }
    while (!underWay.isEmpty()) {
      losses.add(loss(underWay.remove()));
    }
    return losses;
  }

  private static double loss(Step step) {
    step.update().join();
    return step.pass().join().metrics().lossSum().orElseThrow();
  }
}
