package io.tinker4j.recipes.rollout;

import io.tinker4j.training.SamplingClient;
import io.tinker4j.types.ModelInput;
import io.tinker4j.types.SampleResponse;
import io.tinker4j.types.SampledSequence;
import io.tinker4j.types.SamplingParams;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/**
 * What continues a prompt: a sampler, or something that stands for one in a test. Must be
 * thread-safe.
 */
@FunctionalInterface
public interface TokenCompleter {
  /**
   * Returns one continuation with a log-probability for each token. Blocks.
   *
   * @throws InterruptedException when it is not wanted any more
   * @throws io.tinker4j.transport.TinkerException when sampling fails
   */
  SampledSequence complete(ModelInput prompt, SamplingParams params) throws InterruptedException;

  /** Returns the completer that samples from a model; an interrupt ends its waiting. */
  static TokenCompleter of(SamplingClient sampler) {
    return (prompt, params) -> {
      CompletableFuture<SampleResponse> sample = sampler.sample(prompt, 1, params);
      try {
        return sample.get().sequences().get(0);
      } catch (InterruptedException e) {
        boolean unused = sample.cancel(false);
        throw e;
      } catch (ExecutionException e) {
        throw e.getCause() instanceof RuntimeException cause
            ? cause
            : new IllegalStateException("sampling failed", e.getCause());
      }
    };
  }
}
