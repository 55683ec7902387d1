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
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;

/** A sampler, and the service client it comes from, as a backend. */
final class ClientBackend implements Backend {
  private final ServiceClient service;
  private final SamplingClient model;

  ClientBackend(ServiceClient service, SamplingClient model) {
    this.service = Objects.requireNonNull(service, "service");
    this.model = Objects.requireNonNull(model, "model");
  }

  @Override
  public Set<String> capabilities() {
    Set<String> names = new TreeSet<>(List.of("complete", "stream", "health", "metrics"));
    service.serverProfile().asMap().entrySet().stream()
        .filter(each -> each.getValue() == ServerProfile.Support.SUPPORTED)
        .forEach(each -> names.add(each.getKey().name().toLowerCase(Locale.ROOT)));
    return Collections.unmodifiableSet(names);
  }

  @Override
  public CompletableFuture<SampleResponse> complete(
      ModelInput prompt, int numSamples, SamplingParams params, SampleOptions options) {
    return model.sample(prompt, numSamples, params, options);
  }

  @Override
  public Stream<SampledSequence> stream(ModelInput prompt, int numSamples, SamplingParams params) {
    return model.sampleStream(prompt, numSamples, params);
  }

  @Override
  public Health health() {
    return service.health();
  }

  @Override
  public String toString() {
    return "Backend{" + model + "}";
  }
}
