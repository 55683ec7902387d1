package io.tinker4j.training;

import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.tinker4j.transport.Headers;
import io.tinker4j.transport.Transport;
import io.tinker4j.transport.TransportRequest;
import io.tinker4j.transport.TransportResponse;
import io.tinker4j.transport.operation.JsonCodec;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * What is sent, and with which credential, until the first clients are there: vector 335. Three
 * differences are meant. One service client has one configuration, where the reference client
 * fetches another for calls without a session. Whoever only looks a checkpoint up with another
 * credential needs no dynamic configuration. And the checkpoint is looked up before the session is
 * opened, so that none is left when it is not there.
 */
class StartupVectorsTest {
  private static final String JWT =
      "eyJ.eyJleHAiOjQxMDI0NDQ4MDAsInN1YiI6IngifQ.s"; // expires in 2100
  private static final String CHECKPOINT = "tinker://r/weights/w";

  private static final Map<String, Consumer<ServiceClient>> CALLS =
      Map.ofEntries(
          entry("constructing ServiceClient sends nothing", service -> {}),
          entry(
              "first training client, plain API key",
              service -> service.createLoraTrainingClient("base")),
          entry(
              "first training client, JWT exchange enabled",
              service -> service.createLoraTrainingClient("base")),
          entry(
              "sampling client from a base model", service -> service.createSamplingClient("base")),
          entry("rest client only (no session)", service -> service.createRestClient()),
          entry(
              "create from saved state, no token",
              service -> service.createTrainingClientFromState(CHECKPOINT)),
          entry(
              "create from saved state with a source token (plain keys)",
              service ->
                  service.createTrainingClientFromState(
                      CHECKPOINT, RestoreOptions.builder().weightsAccessToken("tml-src").build())),
          entry(
              "create from saved state via load_weights",
              service -> service.createTrainingClientFromState(CHECKPOINT)),
          entry(
              "ephemeral sampler: one save, no create_sampling_session",
              service ->
                  service.createLoraTrainingClient("base").saveWeightsAndGetSamplingClient()),
          entry(
              "server capabilities use the session-less holder",
              ServiceClient::getServerCapabilities));

  /** Answers each path with the least that is an answer, and writes down what it was asked. */
  private static final class Server implements Transport {
    private final String config;
    final List<String> seen = new CopyOnWriteArrayList<>();

    Server(String config) {
      this.config = config;
    }

    @Override
    public TransportResponse send(TransportRequest request) throws IOException {
      String path = request.uri().getPath();
      String key = request.headers().first("X-API-Key").orElse("none");
      if (!path.endsWith("heartbeat") && !path.endsWith("finish_session")) {
        seen.add(path + " " + (key.equals(JWT) ? "jwt" : key));
      }
      String type = request.headers().first("X-Tinker-Request-Type").orElse("");
      byte[] body = answer(path, type).getBytes(StandardCharsets.UTF_8);
      return TransportResponse.of(
          200,
          Headers.builder().set("content-type", "application/json").build(),
          new ByteArrayInputStream(body));
    }

    private String answer(String path, String type) {
      return switch (path.replaceFirst("/api/v1/", "")) {
        case "client/config" -> config;
        case "auth/token" -> "{\"jwt\":\"" + JWT + "\"}";
        case "client/dynamic_config" -> "{}";
        case "create_session" -> "{\"session_id\":\"s\"}";
        case "create_sampling_session" -> "{\"sampling_session_id\":\"p\"}";
        case "weights_info" -> "{\"base_model\":\"base\",\"is_lora\":true,\"lora_rank\":8}";
        case "get_server_capabilities" -> "{\"supported_models\":[]}";
        case "retrieve_future" ->
            switch (type) {
              case "CreateModel" -> "{\"model_id\":\"m\"}";
              case "SaveWeightsForSampler" -> "{\"sampling_session_id\":\"p\"}";
              default -> "{\"path\":\"" + CHECKPOINT + "\"}";
            };
        default -> "{\"request_id\":\"f\"}";
      };
    }

    @Override
    public void close() {}
  }

  @TestFactory
  Stream<DynamicTest> v335_startup() throws IOException {
    List<Map<String, @Nullable Object>> cases = Golden.cases("335-startup-sequences");
    assertThat(cases)
        .extracting(each -> Golden.text(each, "case"))
        .containsExactlyInAnyOrderElementsOf(CALLS.keySet());
    return cases.stream().map(each -> dynamicTest(Golden.text(each, "case"), () -> check(each)));
  }

  private static void check(Map<String, @Nullable Object> each) {
    String name = Golden.text(each, "case");
    Server server =
        new Server(
            new String(
                JsonCodec.write(Golden.map(each.get("clientConfig"))), StandardCharsets.UTF_8));
    try (ServiceClient service =
        ServiceClient.builder()
            .apiKey("tml-arg")
            .baseUrl("http://tinker.test")
            .transport(server)
            .telemetry(false)
            .build()) {
      Objects.requireNonNull(CALLS.get(name)).accept(service);
      assertThat(server.seen).isEqualTo(expected(name, each));
    }
  }

  private static List<String> expected(String name, Map<String, @Nullable Object> each) {
    List<String> expected = new ArrayList<>();
    for (Map<String, @Nullable Object> request :
        Golden.<Map<String, @Nullable Object>>list(each.get("requests"))) {
      String line = request.get("path") + " " + request.get("credential");
      boolean repeated = line.contains("/client/") && expected.contains(line);
      boolean ofReader = line.endsWith("dynamic_config tml-src");
      boolean afterwards = name.startsWith("rest client") && line.contains("/sessions");
      if (!repeated && !ofReader && !afterwards) {
        expected.add(line);
      }
    }
    String session = "/api/v1/create_session tml-arg";
    int lookup = expected.indexOf("/api/v1/weights_info tml-arg");
    lookup = lookup < 0 ? expected.indexOf("/api/v1/weights_info tml-src") : lookup;
    if (lookup > 0) {
      expected.remove(session);
      expected.add(lookup, session);
    }
    return expected;
  }
}
