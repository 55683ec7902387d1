package io.tinker4j.examples;

import static java.util.Objects.requireNonNull;

import io.tinker4j.training.ServiceClient;
import io.tinker4j.training.TrainingClient;
import io.tinker4j.types.Datum;
import io.tinker4j.types.ForwardBackwardOutput;
import io.tinker4j.types.LossFunction;
import io.tinker4j.types.TensorData;
import java.nio.FloatBuffer;
import java.util.List;

/** Scores texts by a forward pass alone: no gradients, log-probabilities per token. */
public final class ForwardInference {
  private ForwardInference() {}

  /** Uses the server and the key that TINKER_BASE_URL and TINKER_API_KEY name. */
  public static void main(String[] args) {
    try (ServiceClient service = ServiceClient.create()) {
      String model =
          service.getServerCapabilities().supportedModels().get(0).modelName().orElseThrow();
      double[] perplexities =
          run(service.createLoraTrainingClient(model), List.of("hello world", "hxllq wzrld"));
      System.out.printf("%.1f %.1f%n", perplexities[0], perplexities[1]);
    }
  }

  /** Returns the perplexity of each text. */
  static double[] run(TrainingClient training, List<String> texts) {
    List<Datum> data =
        texts.stream().map(text -> Datum.supervised(text.chars().toArray())).toList();
    ForwardBackwardOutput output = training.forward(data, LossFunction.CROSS_ENTROPY).join();
    double[] perplexities = new double[texts.size()];
    for (int i = 0; i < perplexities.length; i++) {
      TensorData logprobs = requireNonNull(output.lossFnOutputs().get(i).get("logprobs"));
      double sum = 0;
      for (FloatBuffer each = logprobs.floats(); each.hasRemaining(); ) {
        sum += each.get();
      }
      perplexities[i] = Math.exp(-sum / logprobs.size());
    }
    return perplexities;
  }
}
