package io.tinker4j.training.loss;

import io.tinker4j.types.Datum;
import io.tinker4j.types.ModelInput;
import io.tinker4j.types.TensorData;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Examples with log-probabilities of the model and of a reference. */
record Batch(List<Datum> data, List<double[]> logprobs, List<float[]> reference) {

  static Datum datum(float... weights) {
    int[] tokens = new int[weights.length];
    return Datum.of(ModelInput.ofInts(tokens), tokens, weights);
  }

  static Datum unweighted(int length) {
    int[] tokens = new int[length];
    return Datum.of(ModelInput.ofInts(tokens), Map.of(Datum.TARGET_TOKENS, TensorData.of(tokens)));
  }

  /** One to four pairs of examples of equal length; the first token of each has a weight. */
  static Batch random(Random random) {
    List<Datum> data = new ArrayList<>();
    List<double[]> logprobs = new ArrayList<>();
    List<float[]> reference = new ArrayList<>();
    int pairs = 1 + random.nextInt(4);
    for (int pair = 0; pair < pairs; pair++) {
      int length = 1 + random.nextInt(5);
      for (int i = 0; i < 2; i++) {
        float[] weights = new float[length];
        double[] own = new double[length];
        float[] other = new float[length];
        for (int t = 0; t < length; t++) {
          weights[t] = t > 0 && random.nextInt(4) == 0 ? 0 : 0.25f + random.nextFloat();
          own[t] = -0.05 - 4 * random.nextDouble();
          other[t] = -0.05f - 4 * random.nextFloat();
        }
        data.add(random.nextInt(8) == 0 ? unweighted(length) : datum(weights));
        logprobs.add(own);
        reference.add(other);
      }
    }
    return new Batch(data, logprobs, reference);
  }

  LossTerm.Reference asReference() {
    return LossTerm.Reference.of(reference);
  }
}
