package io.tinker4j.recipes.rl;

import io.tinker4j.training.SamplingClient;
import io.tinker4j.transport.CallInterruptedException;
import io.tinker4j.types.Datum;
import io.tinker4j.types.ModelInput;
import io.tinker4j.types.ModelInputChunk;
import io.tinker4j.types.TensorData;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/**
 * The log-probabilities that a sampler gives the target tokens of examples: those of a teacher or
 * of a reference, which is not trained. As thread-safe as its sampler is.
 */
public final class SequenceLogprobs {
  private final SamplingClient sampler;
  private final ModelInput context;

  private SequenceLogprobs(SamplingClient sampler, ModelInput context) {
    this.sampler = Objects.requireNonNull(sampler, "sampler");
    this.context = Objects.requireNonNull(context, "context");
  }

  /** Returns the log-probabilities that a sampler gives to examples as they are. */
  public static SequenceLogprobs of(SamplingClient sampler) {
    return new SequenceLogprobs(sampler, ModelInput.empty());
  }

  /** Returns the same, but that the sampler reads these tokens in front of each example. */
  public SequenceLogprobs withContext(ModelInput context) {
    return new SequenceLogprobs(sampler, context);
  }

  /**
   * Returns for each example the log-probability of each target token. Asks for all at once and
   * blocks.
   *
   * @throws IllegalArgumentException when an example's last target is no token, or the length of an
   *     image is not known
   * @throws io.tinker4j.transport.TinkerException when the sampler fails
   * @throws CallInterruptedException when the thread is interrupted
   */
  public List<float[]> ofTargets(List<Datum> data) {
    List<CompletableFuture<float[]>> asked = new ArrayList<>();
    for (Datum datum : data) {
      asked.add(sampler.computeLogprobs(sequence(datum)));
    }
    List<float[]> logprobs = new ArrayList<>();
    try {
      for (int i = 0; i < asked.size(); i++) {
        float[] all = asked.get(i).get();
        int length = targets(data.get(i)).size();
        logprobs.add(Arrays.copyOfRange(all, all.length - length, all.length));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CallInterruptedException("computing log-probabilities was interrupted", e);
    } catch (ExecutionException e) {
      throw e.getCause() instanceof RuntimeException failure
          ? failure
          : new IllegalStateException("log-probabilities could not be computed", e.getCause());
    } finally {
      asked.forEach(each -> each.cancel(false));
    }
    return logprobs;
  }

  /** All that the example's model reads, and the last token that it is to say. */
  private ModelInput sequence(Datum datum) {
    TensorData targets = targets(datum);
    int last = Math.toIntExact(targets.longs().get(targets.size() - 1));
    List<ModelInputChunk> chunks = new ArrayList<>(context.chunks());
    chunks.addAll(datum.modelInput().chunks());
    return ModelInput.of(chunks).append(last);
  }

  private static TensorData targets(Datum datum) {
    TensorData targets = datum.lossFnInputs().get(Datum.TARGET_TOKENS);
    if (targets == null || targets.size() == 0) {
      throw new IllegalArgumentException(
          "an example has no target_tokens; its loss inputs are " + datum.lossFnInputs().keySet());
    }
    return targets;
  }
}
