package io.tinker4j.examples;

import io.tinker4j.training.Health;
import io.tinker4j.training.SampleOptions;
import io.tinker4j.training.SamplingClient;
import io.tinker4j.training.ServerProfile;
import io.tinker4j.training.ServiceClient;
import io.tinker4j.types.ModelInput;
import io.tinker4j.types.SampleResponse;
import io.tinker4j.types.SampledSequence;
import io.tinker4j.types.SamplingParams;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;

/**
 * A model that can be asked, for systems that need not know whose it is. {@link #of} makes one of
 * the clients here; implement it to put another model, or a wrapper of one, in its place.
 * Implementations are thread-safe.
 */
public interface Backend {
  /**
   * Returns a backend that asks one sampler. It closes nothing: when the service client is closed,
   * its calls fail.
   *
   * @param service the client that has made the sampler
   */
  static Backend of(ServiceClient service, SamplingClient model) {
    return new ClientBackend(service, model);
  }

  /**
   * Returns what server and client are known to be able to do, by names in lower case: the methods
   * here, and the {@linkplain ServerProfile.Feature features} that the server is known to have,
   * such as {@code copy_weights}. What no call has needed yet may be missing and come later. Blocks
   * the first time, while it asks the server.
   *
   * @throws io.tinker4j.transport.TinkerException when the server does not answer
   * @throws IllegalStateException when the service client is closed
   */
  Set<String> capabilities();

  /**
   * Generates continuations of a prompt. Cancelling the future ends the waiting alone. It fails
   * with {@link IllegalArgumentException} when {@code numSamples} is not positive.
   */
  CompletableFuture<SampleResponse> complete(
      ModelInput prompt, int numSamples, SamplingParams params, SampleOptions options);

  /**
   * Generates continuations of a prompt and returns each as it is finished, not token by token.
   * Reading blocks. Closing the stream cancels those that are not finished.
   *
   * @throws IllegalArgumentException when {@code numSamples} is not positive
   */
  Stream<SampledSequence> stream(ModelInput prompt, int numSamples, SamplingParams params);

  /** Returns how it fares. Blocks for at most two seconds; never throws. */
  Health health();

  /** Returns the measures of {@link #health}, named {@code component.measure}. */
  default Map<String, Double> metrics() {
    Map<String, Double> metrics = new LinkedHashMap<>();
    for (Health.Component component : health().components()) {
      component
          .measures()
          .forEach((measure, value) -> metrics.put(component.name() + "." + measure, value));
    }
    return Collections.unmodifiableMap(metrics);
  }
}
