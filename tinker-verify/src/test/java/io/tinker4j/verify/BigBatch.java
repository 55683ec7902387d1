package io.tinker4j.verify;

import io.tinker4j.training.LoraOptions;
import io.tinker4j.training.ServiceClient;
import io.tinker4j.training.TrainingClient;
import io.tinker4j.types.Datum;
import io.tinker4j.types.LossFunction;
import java.util.Arrays;
import java.util.stream.IntStream;

/** Trains on one batch of a million tokens; run in a JVM with little memory. */
final class BigBatch {
  private static final int LENGTH = 1000;

  private BigBatch() {}

  public static void main(String[] arguments) {
    try (ServiceClient service =
        ServiceClient.builder().baseUrl(arguments[0]).apiKey("tml-test").build()) {
      TrainingClient training =
          service.createLoraTrainingClient(
              "tinker4j/nano-bytes", LoraOptions.builder().rank(1).build());
      int outputs =
          training
              .forwardBackward(
                  IntStream.range(0, Integer.parseInt(arguments[1]) / LENGTH)
                      .mapToObj(BigBatch::datum)
                      .toList(),
                  LossFunction.CROSS_ENTROPY)
              .join()
              .lossFnOutputs()
              .size();
      System.out.println(outputs + " outputs");
    }
  }

  private static Datum datum(int seed) {
    int[] tokens = new int[LENGTH];
    Arrays.setAll(tokens, i -> (seed + i) % 250);
    return Datum.supervised(tokens);
  }
}
