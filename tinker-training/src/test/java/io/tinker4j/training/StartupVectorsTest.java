package io.tinker4j.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.tinker4j.transport.Headers;
import io.tinker4j.transport.JsonCodec;
import io.tinker4j.transport.Transport;
import io.tinker4j.transport.TransportRequest;
import io.tinker4j.transport.TransportResponse;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
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
 * What is sent, and with which credential, until the first clients are there: vector 335. Two
 * differences are meant. The dynamic configuration is not fetched: it says nothing but how often to
 * fetch it. And one service client has one configuration, where the reference client fetches
 * another for calls without a session, before which this one fetches none.
 */
@SuppressWarnings("unchecked")
class StartupVectorsTest {
  private static final String JWT =
      "eyJ.eyJleHAiOjQxMDI0NDQ4MDAsInN1YiI6IngifQ.s"; // expires in 2100

  private static final Map<String, Consumer<ServiceClient>> CALLS =
      Map.of(
          "constructing ServiceClient sends nothing",
          service -> {},
          "first training client, plain API key",
          service -> service.createLoraTrainingClient("base"),
          "first training client, JWT exchange enabled",
          service -> service.createLoraTrainingClient("base"),
          "sampling client from a base model",
          service -> service.createSamplingClient("base"),
          "create from saved state, no token",
          service -> service.createTrainingClientFromState("tinker://r/weights/w"),
          "server capabilities use the session-less holder",
          ServiceClient::getServerCapabilities);

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
        case "create_session" -> "{\"session_id\":\"s\"}";
        case "create_sampling_session" -> "{\"sampling_session_id\":\"p\"}";
        case "weights_info" -> "{\"base_model\":\"base\",\"is_lora\":true,\"lora_rank\":8}";
        case "get_server_capabilities" -> "{\"supported_models\":[]}";
        case "retrieve_future" ->
            type.equals("CreateModel")
                ? "{\"model_id\":\"m\"}"
                : "{\"path\":\"tinker://r/weights/w\"}";
        default -> "{\"request_id\":\"f\"}";
      };
    }

    @Override
    public void close() {}
  }

  @TestFactory
  Stream<DynamicTest> v335_startup() throws IOException {
    Map<String, @Nullable Object> vector =
        JsonCodec.readMap(
            Files.readAllBytes(Path.of("../openapi/golden/335-startup-sequences.json")));
    Map<String, Object> json = (Map<String, Object>) Objects.requireNonNull(vector.get("json"));
    List<Map<String, Object>> cases =
        (List<Map<String, Object>>) Objects.requireNonNull(json.get("cases"));
    assertThat(cases).extracting(each -> each.get("case")).containsAll(CALLS.keySet());
    return cases.stream()
        .filter(each -> CALLS.containsKey(String.valueOf(each.get("case"))))
        .map(each -> dynamicTest(String.valueOf(each.get("case")), () -> check(each)));
  }

  private static void check(Map<String, Object> each) {
    String name = String.valueOf(each.get("case"));
    Server server =
        new Server(new String(JsonCodec.write(each.get("clientConfig")), StandardCharsets.UTF_8));
    try (ServiceClient service =
        ServiceClient.builder()
            .apiKey("tml-arg")
            .baseUrl("http://tinker.test")
            .transport(server)
            .build()) {
      Objects.requireNonNull(CALLS.get(name)).accept(service);
      assertThat(server.seen).isEqualTo(expected(name, each));
    }
  }

  private static List<String> expected(String name, Map<String, Object> each) {
    List<String> expected = new ArrayList<>();
    for (Map<String, Object> request :
        (List<Map<String, Object>>) Objects.requireNonNull(each.get("requests"))) {
      String path = String.valueOf(request.get("path"));
      boolean repeated = path.endsWith("client/config") && !expected.isEmpty();
      boolean withoutSession = path.endsWith("client/config") && name.contains("session-less");
      if (!path.endsWith("dynamic_config") && !repeated && !withoutSession) {
        expected.add(path + " " + request.get("credential"));
      }
    }
    if (name.startsWith("create from saved state")) {
      // The checkpoint is looked up before anything is opened: no session is left if it is not
      // there.
      int lookup = expected.indexOf("/api/v1/weights_info tml-arg");
      expected.addFirst(expected.remove(lookup));
    }
    return expected;
  }
}
