package io.tinker4j.cli;

import io.tinker4j.cli.output.CommandException;
import io.tinker4j.types.Datum;
import io.tinker4j.types.ForwardBackwardOutput;
import io.tinker4j.types.TensorData;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/** The loss of a pass, summed over its tokens. */
final class SummedLoss {
  private static final String LOGPROBS = "logprobs";

  private SummedLoss() {}

  /** Returns what the server reports or, where it reports none, what its outputs amount to. */
  static double of(List<Datum> data, ForwardBackwardOutput output) {
    OptionalDouble reported = output.metrics().lossSum();
    if (reported.isPresent()) {
      return reported.getAsDouble();
    }
    List<Map<String, TensorData>> outputs = output.lossFnOutputs();
    if (outputs.size() != data.size()) {
      throw new CommandException(
          "the server reports no loss:sum, and outputs for %d of %d sequences"
              .formatted(outputs.size(), data.size()));
    }
    double sum = 0;
    for (int i = 0; i < data.size(); i++) {
      TensorData logprobs = outputs.get(i).get(LOGPROBS);
      TensorData weights = data.get(i).lossFnInputs().get(Datum.WEIGHTS);
      if (logprobs == null || weights == null) {
        throw new CommandException("the server reports neither loss:sum nor logprobs");
      }
      sum -= dot(weights.floats(), logprobs.floats());
    }
    return sum;
  }

  private static double dot(FloatBuffer weights, FloatBuffer values) {
    double sum = 0;
    for (int i = 0; i < Math.min(weights.remaining(), values.remaining()); i++) {
      sum += (double) weights.get(i) * values.get(i);
    }
    return sum;
  }
}
