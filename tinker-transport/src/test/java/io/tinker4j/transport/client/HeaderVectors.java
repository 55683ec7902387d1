package io.tinker4j.transport.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.tinker4j.transport.ApiStatusException;
import io.tinker4j.transport.Headers;
import io.tinker4j.transport.endpoint.BodyFormat;
import io.tinker4j.transport.endpoint.Operations;
import io.tinker4j.types.ModelInput;
import io.tinker4j.types.SamplingParams;
import io.tinker4j.types.wire.CheckpointRequest;
import io.tinker4j.types.wire.ClientConfigRequest;
import io.tinker4j.types.wire.CreateModelRequest;
import io.tinker4j.types.wire.CreateSamplingSessionRequest;
import io.tinker4j.types.wire.CreateSessionRequest;
import io.tinker4j.types.wire.ForwardBackwardInput;
import io.tinker4j.types.wire.ForwardBackwardRequest;
import io.tinker4j.types.wire.FutureRetrieveRequest;
import io.tinker4j.types.wire.ListSessionsRequest;
import io.tinker4j.types.wire.SampleRequest;
import io.tinker4j.types.wire.SessionHeartbeatRequest;
import io.tinker4j.types.wire.SetCheckpointTtlRequest;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Compares the headers of a request with a captured one's. */
@SuppressWarnings("unchecked")
final class HeaderVectors {
  /** Set by the HTTP client below. */
  private static final Set<String> CONNECTION = Set.of("host", "connection", "content-length");

  /** A client that is not the reference client has its own values here. */
  private static final Set<String> OWN =
      Set.of(
          "accept-encoding",
          "user-agent",
          "x-idempotency-key",
          "x-stainless-package-version",
          "x-stainless-os",
          "x-stainless-arch",
          "x-stainless-runtime",
          "x-stainless-runtime-version",
          "x-stainless-async");

  /** Sent by the training module with the calls in question; its own tests look at them. */
  private static final Set<String> OF_THE_CALLER =
      Set.of(
          "x-tinker-request-iteration",
          "x-tinker-request-type",
          "x-tinker-create-promise-roundtrip-time",
          "x-tinker-sampling-backpressure",
          "x-stainless-raw-response");

  private HeaderVectors() {}

  static void check(Map<String, @Nullable Object> captured) {
    Map<String, String> expected = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    for (List<String> header :
        (List<List<String>>) Objects.requireNonNull(captured.get("headers"))) {
      expected.put(header.getFirst(), header.getLast());
    }
    FakeTransport server = new FakeTransport();
    server.answer(418, "{}");
    Map<String, String> variables =
        Map.of(
            "CLOUDFLARE_ACCESS_CLIENT_ID", "cf-id", "CLOUDFLARE_ACCESS_CLIENT_SECRET", "cf-secret");
    boolean plain = !expected.containsKey("x-custom");
    ApiClient.Builder builder =
        TestClient.of(server, new RecordingTime())
            .apiKey("tml-test")
            .environment(TestClient.environment(plain ? Map.of() : variables));
    if (!plain) {
      builder.header("X-Custom", "1");
    }
    CallOptions.Builder options = CallOptions.builder().maxRetries(0);
    expected.forEach((name, value) -> {
      if (OF_THE_CALLER.contains(name.toLowerCase(Locale.ROOT))) {
        options.header(name, value);
      }
    });
    boolean binary = "application/x-protobuf".equals(expected.get("accept"));
    try (ApiClient client = builder.build()) {
      call(client, String.valueOf(captured.get("path")), binary, options.build());
    } catch (ApiStatusException e) {
      assertThat(e.status()).isEqualTo(418);
    }
    compare(expected, server.requests.getFirst().headers());
  }

  private static void call(ApiClient client, String path, boolean binary, CallOptions options) {
    CheckpointRequest checkpoint =
        CheckpointRequest.builder().trainingRunId("r").checkpointId("weights/1").build();
    FutureRetrieveRequest future = FutureRetrieveRequest.builder().requestId("f").build();
    ClientConfigRequest version = ClientConfigRequest.builder().sdkVersion("v").build();
    switch (path.replaceFirst("^/api/v1/", "")) {
      case "client/config" -> client.call(Operations.CLIENT_CONFIG, version, options);
      case "client/dynamic_config" ->
          client.call(Operations.CLIENT_DYNAMIC_CONFIG, version, options);
      case "session_heartbeat" ->
          client.call(
              Operations.SESSION_HEARTBEAT,
              SessionHeartbeatRequest.builder().sessionId("s").build(),
              options);
      case "create_session" ->
          client.call(
              Operations.CREATE_SESSION,
              CreateSessionRequest.builder().userMetadata(Map.of()).sdkVersion("v").build(),
              options);
      case "create_model" ->
          client.call(
              Operations.CREATE_MODEL,
              CreateModelRequest.builder().sessionId("s").modelSeqId(0).baseModel("b").build(),
              options);
      case "create_sampling_session" ->
          client.call(
              Operations.CREATE_SAMPLING_SESSION,
              CreateSamplingSessionRequest.builder().sessionId("s").samplingSessionSeqId(0).build(),
              options);
      case "retrieve_future" -> {
        if (binary) {
          client.call(Operations.RETRIEVE_SAMPLE, future, options);
        } else {
          client.call(Operations.RETRIEVE_CREATE_MODEL, future, options);
        }
      }
      case "forward_backward" ->
          client.call(Operations.forwardBackward(BodyFormat.PROTOBUF), pass(), options);
      case "asample" ->
          client.call(
              Operations.SAMPLE,
              SampleRequest.builder()
                  .prompt(ModelInput.ofInts(1))
                  .samplingParams(SamplingParams.builder().build())
                  .build(),
              options);
      case "sessions" ->
          client.call(Operations.LIST_SESSIONS, ListSessionsRequest.builder().build(), options);
      case "training_runs/r/checkpoints/weights/1/archive" ->
          client.call(Operations.CHECKPOINT_ARCHIVE_URL, checkpoint, options);
      case "training_runs/r/checkpoints/weights/1/publish" ->
          client.call(Operations.PUBLISH_CHECKPOINT, checkpoint, options);
      case "training_runs/r/checkpoints/weights/1/ttl" ->
          client.call(
              Operations.SET_CHECKPOINT_TTL,
              SetCheckpointTtlRequest.builder()
                  .trainingRunId("r")
                  .checkpointId("weights/1")
                  .ttlSeconds(60)
                  .build(),
              options);
      default -> throw new AssertionError("no call for " + path);
    }
  }

  private static ForwardBackwardRequest pass() {
    return ForwardBackwardRequest.builder()
        .modelId("m")
        .forwardBackwardInput(ForwardBackwardInput.builder().lossFn("cross_entropy").build())
        .build();
  }

  private static void compare(Map<String, String> expected, Headers sent) {
    Stream<String> names =
        expected.keySet().stream()
            .map(name -> name.toLowerCase(Locale.ROOT))
            .filter(name -> !CONNECTION.contains(name));
    assertThat(sent.asMap().keySet())
        .extracting(name -> name.toLowerCase(Locale.ROOT))
        .containsExactlyInAnyOrderElementsOf(names.toList());
    expected.forEach((name, value) -> {
      String lower = name.toLowerCase(Locale.ROOT);
      if (!CONNECTION.contains(lower) && !OWN.contains(lower)) {
        assertThat(sent.first(name)).as(name).contains(value);
      }
    });
    OWN.forEach(
        name -> sent.first(name).ifPresent(value -> assertThat(value).as(name).isNotBlank()));
  }
}
