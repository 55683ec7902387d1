package io.tinker4j.testkit.endpoint;

import io.tinker4j.testkit.model.BaseModel;
import io.tinker4j.testkit.model.Example;
import io.tinker4j.testkit.model.Vocabulary;
import io.tinker4j.types.Datum;
import io.tinker4j.types.TensorData;
import io.tinker4j.types.TensorDtype;
import java.nio.LongBuffer;
import java.util.Set;
import java.util.TreeSet;

/**
 * Turns datums into the engine's examples.
 *
 * <p>Stricter than the service is known to be: a loss input that no loss reads is an error, because
 * in a test it is a misspelt one.
 */
final class ExampleReader {
  private static final Set<String> KNOWN =
      Set.of(Datum.TARGET_TOKENS, Datum.WEIGHTS, Datum.LOGPROBS, Datum.ADVANTAGES);
  private static final long MAX_ELEMENTS = 4096L * BaseModel.MAX_CONTEXT_LENGTH;

  private ExampleReader() {}

  /**
   * Returns the example of a datum.
   *
   * @param vocabulary of the model that it is for
   * @param anyTokens whether tokens outside the vocabulary are taken, which make all NaN
   * @throws IllegalArgumentException naming what is missing, wrong or unknown
   */
  static Example read(Datum datum, Vocabulary vocabulary, boolean anyTokens) {
    Set<String> unknown = new TreeSet<>(datum.lossFnInputs().keySet());
    unknown.removeAll(KNOWN);
    if (!unknown.isEmpty()) {
      throw new IllegalArgumentException(
          "loss_fn_inputs has " + unknown + "; this server reads " + new TreeSet<>(KNOWN));
    }
    int[] tokens = InputTokens.of(datum.modelInput());
    Example.Builder example = Example.builder(tokens).vocabulary(vocabulary).anyTokens(anyTokens);
    datum
        .lossFnInputs()
        .forEach((name, tensor) -> {
          switch (name) {
            case Datum.TARGET_TOKENS ->
                example.targets(tokens(name, tensor, anyTokens), targetsPerPosition(tensor));
            case Datum.WEIGHTS -> example.weights(floats(name, tensor));
            case Datum.LOGPROBS -> example.logprobs(floats(name, tensor));
            default -> example.advantages(floats(name, tensor));
          }
        });
    return example.build();
  }

  /** The shape of the outputs of a datum: that of its targets. */
  static long[] outputShape(Datum datum, int elements) {
    TensorData targets = datum.lossFnInputs().get(Datum.TARGET_TOKENS);
    return targets == null || targets.shape().length == 0 ? new long[] {elements} : targets.shape();
  }

  private static int targetsPerPosition(TensorData targets) {
    long[] shape = targets.shape();
    if (shape.length > 2) {
      throw new IllegalArgumentException(
          "target_tokens has " + shape.length + " dimensions; it must have one or two");
    }
    return shape.length == 2 ? Math.toIntExact(shape[1]) : 1;
  }

  private static int[] tokens(String name, TensorData tensor, boolean anyTokens) {
    if (tensor.dtype() != TensorDtype.INT64) {
      throw new IllegalArgumentException(name + " is float32; it must be int64");
    }
    LongBuffer values = dense(name, tensor).longs();
    int[] tokens = new int[values.remaining()];
    for (int i = 0; i < tokens.length; i++) {
      long id = values.get(i);
      tokens[i] = anyTokens && id != (int) id ? -1 : Math.toIntExact(id);
    }
    return tokens;
  }

  private static float[] floats(String name, TensorData tensor) {
    TensorData dense = dense(name, tensor);
    float[] floats = new float[dense.size()];
    if (dense.dtype() == TensorDtype.FLOAT32) {
      dense.floats().get(floats);
      return floats;
    }
    LongBuffer values = dense.longs();
    for (int i = 0; i < floats.length; i++) {
      floats[i] = values.get(i);
    }
    return floats;
  }

  private static TensorData dense(String name, TensorData tensor) {
    if (!tensor.isSparse()) {
      return tensor;
    }
    long[] shape = tensor.shape();
    long elements = Math.multiplyExact(shape[0], shape[1]);
    if (elements < 0 || elements > MAX_ELEMENTS) {
      throw new IllegalArgumentException(
          name + " has " + elements + " elements; it may have up to " + MAX_ELEMENTS);
    }
    return tensor.toDense();
  }
}
