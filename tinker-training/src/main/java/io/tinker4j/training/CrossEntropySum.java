package io.tinker4j.training;

import io.tinker4j.types.Datum;
import io.tinker4j.types.ForwardBackwardOutput;
import io.tinker4j.types.Metrics;
import io.tinker4j.types.TensorData;
import java.nio.FloatBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The sum of cross-entropies, -Σ w·ℓ, from the log-probabilities that a pass returned. */
final class CrossEntropySum {
  private static final String METRIC = "loss:sum";

  private CrossEntropySum() {}

  /** Returns the output with the metric, or as it is when it lacks what the sum needs. */
  static ForwardBackwardOutput addedTo(ForwardBackwardOutput output, List<Datum> data) {
    if (output.lossFnOutputs().size() != data.size()) {
      return output;
    }
    double sum = 0;
    for (int i = 0; i < data.size(); i++) {
      TensorData logprobs = output.lossFnOutputs().get(i).get(Datum.LOGPROBS);
      if (logprobs == null) {
        return output;
      }
      sum += of(logprobs.toDense().floats(), data.get(i).lossFnInputs().get(Datum.WEIGHTS));
    }
    Map<String, @Nullable Double> metrics = new LinkedHashMap<>(output.metrics().asMap());
    metrics.put(METRIC, sum);
    return ForwardBackwardOutput.of(
        output.lossFnOutputType(), output.lossFnOutputs(), Metrics.of(metrics));
  }

  /** Without weights all count once. */
  private static double of(FloatBuffer logprobs, @Nullable TensorData weights) {
    FloatBuffer factors = weights == null ? null : weights.toDense().floats();
    double sum = 0;
    for (int t = 0; t < logprobs.remaining(); t++) {
      float weight = factors == null ? 1 : factors.get(t);
      if (weight != 0) {
        sum -= weight * (double) logprobs.get(t);
      }
    }
    return sum;
  }
}
