package io.tinker4j.text.data;

import io.tinker4j.types.Datum;
import io.tinker4j.types.ModelInput;
import io.tinker4j.types.ModelInputChunk;
import io.tinker4j.types.TensorData;
import java.nio.LongBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Several examples as one: their inputs, targets and weights one behind the other. No example's
 * last token is asked to foretell the next one's first, but later ones can look at earlier ones.
 */
final class Packing {
  private Packing() {}

  static Datum join(List<Datum> examples) {
    if (examples.size() == 1) {
      return examples.get(0);
    }
    int length = examples.stream().mapToInt(it -> it.modelInput().length()).sum();
    List<ModelInputChunk> chunks = new ArrayList<>();
    float[] weights = new float[length];
    long[] targets = new long[length];
    int at = 0;
    for (Datum example : examples) {
      chunks.addAll(example.modelInput().chunks());
      float[] ofExample = tensor(example, Datum.WEIGHTS).toFloats();
      LongBuffer targetsOfExample = tensor(example, Datum.TARGET_TOKENS).longs();
      for (int i = 0; i < ofExample.length; i++, at++) {
        weights[at] = ofExample[i];
        targets[at] = targetsOfExample.get(i);
      }
    }
    Map<String, TensorData> inputs = new LinkedHashMap<>();
    inputs.put(Datum.WEIGHTS, TensorData.of(weights));
    inputs.put(Datum.TARGET_TOKENS, TensorData.of(targets));
    return Datum.of(ModelInput.of(chunks), inputs);
  }

  private static TensorData tensor(Datum example, String name) {
    TensorData tensor = example.lossFnInputs().get(name);
    if (tensor == null) {
      throw new IllegalArgumentException("an example has no " + name);
    }
    return tensor;
  }
}
