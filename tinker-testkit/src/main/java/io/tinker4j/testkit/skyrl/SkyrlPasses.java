package io.tinker4j.testkit.skyrl;

import io.tinker4j.testkit.http.RefusedException;
import io.tinker4j.testkit.model.Loss;
import io.tinker4j.testkit.run.PassRequest;
import io.tinker4j.types.Datum;
import io.tinker4j.types.DmelChunk;
import io.tinker4j.types.EncodedTextChunk;
import io.tinker4j.types.ModelInput;
import io.tinker4j.types.TensorData;
import io.tinker4j.types.TensorDtype;
import java.nio.LongBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Which passes SkyRL's server takes, and what it makes of them. */
final class SkyrlPasses {
  private SkyrlPasses() {}

  /**
   * Returns the loss of a name. Those that requests may name and its JAX backend does not have fail
   * when they are carried out.
   *
   * @throws IllegalArgumentException for another name or a setting the loss does not have
   */
  static Loss loss(String name, Map<String, Double> config) {
    Map<String, Double> settings = new LinkedHashMap<>(config);
    return switch (name) {
      case "gspo", "ppo_critic", "dppo" -> new Loss.Unavailable(name);
      case "dro" -> throw new IllegalArgumentException("loss_fn is \"dro\", which is unknown");
      case "cispo" -> {
        settings.putIfAbsent(Loss.LOW, 0.8);
        settings.putIfAbsent(Loss.HIGH, 1.2);
        yield Loss.parse(name, settings);
      }
      case "ppo" -> {
        settings.remove("value_clip");
        yield Loss.parse(name, settings);
      }
      default -> Loss.parse(name, settings);
    };
  }

  /**
   * Returns a pass without what is dropped silently: images.
   *
   * @throws RefusedException when it has what the server does not read
   */
  static PassRequest checked(PassRequest request) {
    List<Datum> data = new ArrayList<>();
    for (Datum datum : request.data()) {
      if (datum.modelInput().chunks().stream().anyMatch(DmelChunk.class::isInstance)) {
        throw SkyrlRequests.violation("data", "audio is not supported");
      }
      if (datum.lossFnInputs().values().stream().anyMatch(TensorData::isSparse)) {
        throw SkyrlRequests.violation("data", "sparse tensors are not supported");
      }
      if (!datum.lossFnInputs().containsKey(Datum.TARGET_TOKENS)) {
        throw RefusedException.broken();
      }
      data.add(Datum.of(textOf(datum.modelInput()), datum.lossFnInputs()));
    }
    return request.withData(data);
  }

  private static ModelInput textOf(ModelInput input) {
    return ModelInput.of(
        input.chunks().stream().filter(EncodedTextChunk.class::isInstance).toList());
  }

  /**
   * Returns the examples as the losses see them. Each loss is multiplied by the weights, ones when
   * there are none, divided by their sum in the example, and averaged over the examples. What a
   * loss does not read is ignored, and so are dtype and shape.
   */
  static List<Datum> scaled(PassRequest request) {
    List<Datum> scaled = new ArrayList<>();
    for (Datum datum : request.data()) {
      Map<String, TensorData> given = datum.lossFnInputs();
      Map<String, TensorData> inputs = new LinkedHashMap<>();
      long[] targets = longs(given.get(Datum.TARGET_TOKENS));
      inputs.put(Datum.TARGET_TOKENS, TensorData.of(targets));
      TensorData logprobs = given.get(Datum.LOGPROBS);
      if (logprobs != null) {
        inputs.put(Datum.LOGPROBS, TensorData.of(floats(logprobs)));
      }
      float[] weights = orOnes(given.get(Datum.WEIGHTS), targets.length);
      scale(weights, request.data().size());
      if (request.loss() instanceof Loss.CrossEntropy) {
        inputs.put(Datum.WEIGHTS, TensorData.of(weights));
      } else {
        inputs.put(Datum.ADVANTAGES, product(given.get(Datum.ADVANTAGES), weights));
      }
      scaled.add(Datum.of(datum.modelInput(), inputs));
    }
    return scaled;
  }

  private static void scale(float[] weights, int examples) {
    double sum = 0;
    for (float weight : weights) {
      sum += weight;
    }
    for (int i = 0; i < weights.length; i++) {
      weights[i] = (float) (weights[i] / sum / examples);
    }
  }

  private static TensorData product(@Nullable TensorData advantages, float[] weights) {
    float[] product = orOnes(advantages, weights.length);
    for (int i = 0; i < product.length; i++) {
      product[i] *= weights[i];
    }
    return TensorData.of(product);
  }

  private static float[] orOnes(@Nullable TensorData tensor, int size) {
    if (tensor != null) {
      return Arrays.copyOf(floats(tensor), size);
    }
    float[] ones = new float[size];
    Arrays.fill(ones, 1);
    return ones;
  }

  /** The elements of a tensor of either kind. */
  private static float[] floats(TensorData tensor) {
    if (tensor.dtype() == TensorDtype.FLOAT32) {
      return tensor.toFloats();
    }
    float[] values = new float[tensor.size()];
    LongBuffer given = tensor.longs();
    for (int i = 0; i < values.length; i++) {
      values[i] = given.get(given.position() + i);
    }
    return values;
  }

  private static long[] longs(@Nullable TensorData tensor) {
    if (tensor == null || tensor.dtype() != TensorDtype.INT64) {
      throw new IllegalArgumentException("target_tokens must be int64");
    }
    long[] values = new long[tensor.size()];
    tensor.longs().get(values);
    return values;
  }
}
