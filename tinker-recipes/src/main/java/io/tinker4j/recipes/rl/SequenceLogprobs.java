package io.tinker4j.recipes.rl;

import io.tinker4j.training.SamplingClient;
import io.tinker4j.types.Datum;
import io.tinker4j.types.ModelInput;
import io.tinker4j.types.ModelInputChunk;
import io.tinker4j.types.TensorData;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * The log-probabilities that a model which is not trained gives the target tokens of examples: a
 * teacher or a reference. Must be thread-safe.
 */
@FunctionalInterface
public interface SequenceLogprobs {
  /**
   * Returns for each example the log-probability of each target token. Blocks.
   *
   * @throws io.tinker4j.transport.TinkerException when the model fails
   */
  List<float[]> ofTargets(List<Datum> data);

  /**
   * Returns those that a sampler gives, which is asked for all at once.
   *
   * <p>{@code ofTargets} throws {@link IllegalArgumentException} when an example has no target
   * tokens or the length of an image is not known, and {@link
   * io.tinker4j.transport.CallInterruptedException} when the thread is interrupted.
   */
  static SequenceLogprobs of(SamplingClient sampler) {
    return new SamplerLogprobs(Objects.requireNonNull(sampler, "sampler"));
  }

  /** Returns the same, but that the model reads these tokens in front of each example. */
  default SequenceLogprobs withContext(ModelInput context) {
    int length = context.length();
    return data -> {
      List<float[]> all =
          ofTargets(data.stream().map(datum -> withContext(context, length, datum)).toList());
      return all.stream().map(each -> Arrays.copyOfRange(each, length, each.length)).toList();
    };
  }

  private static Datum withContext(ModelInput context, int length, Datum datum) {
    List<ModelInputChunk> chunks = new ArrayList<>(context.chunks());
    chunks.addAll(datum.modelInput().chunks());
    TensorData targets = LossInputs.tensor(0, datum, Datum.TARGET_TOKENS);
    long[] more = new long[length + targets.size()];
    targets.longs().get(more, length, targets.size());
    return Datum.of(ModelInput.of(chunks), Map.of()).with(Datum.TARGET_TOKENS, TensorData.of(more));
  }
}
