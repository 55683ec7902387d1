package io.tinker4j.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tinker4j.transport.ApiStatusException;
import io.tinker4j.types.ModelInput;
import io.tinker4j.types.SampleResponse;
import io.tinker4j.types.SampledSequence;
import io.tinker4j.types.SamplingParams;
import java.time.Duration;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A sampler as other systems ask it. */
@Tag("readiness:U10")
@Tag("readiness:T4")
@Timeout(60)
class BackendTest {
  private static final ModelInput PROMPT = ModelInput.ofInts(1, 2, 3);
  private static final SamplingParams PARAMS = SamplingParams.builder().maxTokens(1).build();
  private static final SampleOptions OPTIONS = SampleOptions.builder().build();

  private final FakeService server = new FakeService();
  private final RecordingTime time = new RecordingTime();
  private final ServiceClient service = server.client().time(time).random(() -> 0).build();
  private final Backend backend = Backend.of(service, service.createSamplingClient("base"));

  @BeforeEach
  void answer() {
    server.on("healthz", call -> FakeService.json(200, Map.of("status", "ok")));
    server.on("sessions", call -> FakeService.json(404, Map.of("detail", "Not Found")));
    server.on(
        "checkpoints",
        call ->
            FakeService.json(
                200,
                Map.of(
                    "checkpoints",
                    List.of(),
                    "cursor",
                    Map.of("offset", 0, "limit", 1, "total_count", 0))));
    server.on(
        "retrieve_future",
        call ->
            FakeService.json(
                200,
                Map.of(
                    "sequences",
                    Collections.nCopies(
                        3, Map.of("tokens", List.of(7, 8), "stop_reason", "length")))));
  }

  @AfterEach
  void close() {
    service.close(Duration.ZERO);
  }

  @Test
  void capabilities_areThoseOfTheClientAndTheServer_andAskedForOnce() {
    Set<String> first = backend.capabilities();
    Set<String> second = backend.capabilities();

    assertThat(first)
        .containsExactlyInAnyOrder("complete", "stream", "health", "metrics", "user_checkpoints");
    assertThat(second).isEqualTo(first);
    assertThat(server.callsTo("sessions")).hasSize(1);
    assertThat(server.callsTo("checkpoints")).hasSize(1);
    assertThatThrownBy(() -> first.add("flying")).isInstanceOf(UnsupportedOperationException.class);
  }

  @Test
  void capabilities_ofWhatALaterCallHasNeeded_comeLater() {
    server.on("copy_weights", call -> FakeService.json(200, Map.of("tinker_path", "tinker://c")));
    assertThat(backend.capabilities()).doesNotContain("copy_weights");

    service.copyWeights("tinker://m/weights/w", CopyOptions.builder().build());

    assertThat(backend.capabilities()).contains("copy_weights");
  }

  @Test
  void capabilities_serverThatRefusesToTell_fails() {
    server.on("sessions", call -> FakeService.json(403, Map.of("detail", "not yours")));

    assertThatThrownBy(backend::capabilities)
        .isInstanceOf(ApiStatusException.class)
        .hasMessageContaining("not yours");
  }

  @Test
  void complete_sendsWhatIsAskedForAndReturnsTheAnswer() {
    SampleResponse response =
        backend
            .complete(PROMPT, 3, PARAMS, SampleOptions.builder().topkSampleLogprobs(4).build())
            .join();

    assertThat(response.sequences())
        .hasSize(3)
        .allSatisfy(sequence -> assertThat(sequence.toInts()).containsExactly(7, 8));
    assertThat(server.callsTo("asample"))
        .singleElement()
        .satisfies(call ->
            assertThat(call.json())
                .containsEntry("sampling_session_id", "p")
                .containsEntry("num_samples", 3)
                .containsEntry("topk_sample_logprobs", 4));
  }

  @Test
  void complete_refusedByTheServer_failsTheFuture() {
    server.on("asample", call -> FakeService.json(400, Map.of("detail", "too long")));

    assertThatThrownBy(() -> backend.complete(PROMPT, 1, PARAMS, OPTIONS).join())
        .hasCauseInstanceOf(ApiStatusException.class)
        .hasMessageContaining("too long");
  }

  @Test
  void noSamples_areRefusedBeforeAnythingIsSent() {
    assertThatThrownBy(backend.complete(PROMPT, 0, PARAMS, OPTIONS)::join)
        .hasCauseInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("numSamples");
    assertThatThrownBy(() -> backend.stream(PROMPT, 0, PARAMS))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("numSamples");
    assertThat(server.callsTo("asample")).isEmpty();
  }

  @Test
  void stream_handsOutWhatIsFinished_whileTheRestIsNot() {
    CountDownLatch taken = new CountDownLatch(1);
    AtomicInteger asked = new AtomicInteger();
    FakeService.Handler usual = server.handler("retrieve_future");
    server.on(
        "retrieve_future",
        call -> {
          if (asked.getAndIncrement() > 0) {
            taken.await();
          }
          return usual.answer(call);
        });

    try (Stream<SampledSequence> sequences = backend.stream(PROMPT, 3, PARAMS)) {
      assertThat(sequences.peek(each -> taken.countDown()).toList())
          .hasSize(3)
          .allSatisfy(each -> assertThat(each.toInts()).containsExactly(7, 8));
    }
    assertThat(server.callsTo("asample"))
        .hasSize(3)
        .allSatisfy(call -> assertThat(call.json()).containsEntry("num_samples", 1));
  }

  @Test
  void metrics_areTheMeasuresOfHealth_byComponent() {
    server.on("healthz", call -> FakeService.json(503, Map.of("detail", "busy")));
    time.advance(Duration.ofSeconds(30));

    Health health = backend.health();
    Map<String, Double> metrics = backend.metrics();

    Map<String, Double> expected = new HashMap<>();
    for (Health.Component each : health.components()) {
      each.measures().forEach((name, value) -> expected.put(each.name() + "." + name, value));
    }
    assertThat(health.status()).isEqualTo(Health.Status.DEGRADED);
    assertThat(metrics)
        .containsAllEntriesOf(
            Map.of(
                "api.failed_checks",
                1.0,
                "session.silence_seconds",
                30.0,
                "circuits.open_rest",
                0.0))
        .isEqualTo(expected);
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
