package io.tinker4j.examples;

import static io.tinker4j.testkit.fault.RequestMatcher.operation;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tinker4j.testkit.EmbeddedTinkerServer;
import io.tinker4j.testkit.fault.Fault;
import io.tinker4j.testkit.fault.FaultScript;
import io.tinker4j.testkit.observe.RecordedRequest;
import io.tinker4j.training.Health;
import io.tinker4j.training.SampleOptions;
import io.tinker4j.training.ServiceClient;
import io.tinker4j.transport.ApiStatusException;
import io.tinker4j.types.ModelInput;
import io.tinker4j.types.SampleResponse;
import io.tinker4j.types.SampledSequence;
import io.tinker4j.types.SamplingParams;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A sampler as other systems ask it. */
@Tag("readiness:U10")
@Tag("readiness:T4")
@Timeout(60)
class BackendTest {
  private static final ModelInput PROMPT = ModelInput.ofInts(1, 2, 3);
  private static final SamplingParams PARAMS = SamplingParams.builder().maxTokens(2).build();
  private static final SampleOptions OPTIONS = SampleOptions.builder().build();

  private final EmbeddedTinkerServer server = EmbeddedTinkerServer.start();
  private final ServiceClient service =
      ServiceClient.builder()
          .baseUrl(server.baseUrl().toString())
          .apiKey("tml-example")
          .transport(server.transport())
          .build();
  private final Backend backend =
      Backend.of(service, service.createSamplingClient("tinker4j/nano-bytes"));

  @AfterEach
  void close() {
    service.close(Duration.ZERO);
    server.close();
  }

  private List<RecordedRequest> requests(String operation) {
    return server.requests().stream()
        .filter(request -> request.operation().equals(operation))
        .toList();
  }

  @Test
  void capabilities_areThoseOfTheClientAndTheServer_andAskedForOnce() {
    Set<String> first = backend.capabilities();
    int asked = server.requests().size();
    Set<String> second = backend.capabilities();

    assertThat(first).contains("complete", "stream", "health", "metrics", "user_checkpoints");
    assertThat(second).isEqualTo(first);
    assertThat(server.requests()).hasSize(asked);
    assertThatThrownBy(() -> first.add("flying")).isInstanceOf(UnsupportedOperationException.class);
  }

  @Test
  void capabilities_serverThatRefusesToTell_fails() {
    server.setFaults(FaultScript.of(Fault.on(operation("sessions")).answer(403)));

    assertThatThrownBy(backend::capabilities).isInstanceOf(ApiStatusException.class);
  }

  @Test
  void complete_sendsWhatIsAskedForAndReturnsTheAnswer() {
    SampleResponse response =
        backend
            .complete(PROMPT, 3, PARAMS, SampleOptions.builder().topkSampleLogprobs(4).build())
            .join();

    assertThat(response.sequences())
        .hasSize(3)
        .allSatisfy(sequence -> assertThat(sequence.toInts()).hasSize(2));
    assertThat(requests("asample"))
        .singleElement()
        .satisfies(request ->
            assertThat(request.json())
                .containsEntry("num_samples", 3)
                .containsEntry("topk_sample_logprobs", 4));
  }

  @Test
  void complete_refusedByTheServer_failsTheFuture() {
    server.setFaults(FaultScript.of(Fault.on(operation("asample")).answer(400)));

    assertThatThrownBy(() -> backend.complete(PROMPT, 1, PARAMS, OPTIONS).join())
        .hasCauseInstanceOf(ApiStatusException.class);
  }

  @Test
  void noSamples_areRefusedBeforeAnythingIsSent() {
    assertThatThrownBy(backend.complete(PROMPT, 0, PARAMS, OPTIONS)::join)
        .hasCauseInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("numSamples");
    assertThatThrownBy(() -> backend.stream(PROMPT, 0, PARAMS))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("numSamples");
    assertThat(requests("asample")).isEmpty();
  }

  @Test
  void stream_handsOutEachSequence_ofARequestOfItsOwn() {
    try (Stream<SampledSequence> sequences = backend.stream(PROMPT, 3, PARAMS)) {
      assertThat(sequences.toList())
          .hasSize(3)
          .allSatisfy(each -> assertThat(each.toInts()).hasSize(2));
    }
    assertThat(requests("asample"))
        .hasSize(3)
        .allSatisfy(request -> assertThat(request.json()).containsEntry("num_samples", 1));
  }

  @Test
  void metrics_areTheMeasuresOfHealth_byComponent() {
    server.setFaults(FaultScript.of(Fault.on(operation("healthz")).answer(503)));

    Health health = backend.health();
    Map<String, Double> metrics = backend.metrics();

    Map<String, Double> expected = new HashMap<>();
    for (Health.Component each : health.components()) {
      each.measures().forEach((name, value) -> expected.put(each.name() + "." + name, value));
    }
    assertThat(health.status()).isEqualTo(Health.Status.DEGRADED);
    assertThat(metrics)
        .containsEntry("circuits.open_rest", 0.0)
        .containsOnlyKeys(expected.keySet());
    assertThatThrownBy(() -> metrics.put("x", 1.0))
        .isInstanceOf(UnsupportedOperationException.class);
  }

  @Test
  void closedServiceClient_isDown_andRefusesTheRest() {
    service.close(Duration.ZERO);

    assertThat(backend.health().status()).isEqualTo(Health.Status.DOWN);
    assertThatThrownBy(backend::capabilities).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> backend.complete(PROMPT, 1, PARAMS, OPTIONS).join())
        .hasMessageContaining("closed");
  }
}
