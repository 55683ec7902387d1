package io.tinker4j.verify.golden;

import static org.assertj.core.api.Assertions.assertThat;

import io.tinker4j.transport.CallKind;
import io.tinker4j.transport.Headers;
import io.tinker4j.transport.Transport;
import io.tinker4j.transport.TransportRequest;
import io.tinker4j.transport.TransportResponse;
import io.tinker4j.transport.client.ApiClient;
import io.tinker4j.transport.endpoint.Operations;
import io.tinker4j.types.ClientConfigResponse;
import io.tinker4j.types.wire.ClientConfigRequest;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The start-up sequences: sends each of their requests through the operation it belongs to, with
 * the body that a vector has recorded, by the client whose credential it carries. Compares address,
 * credential, pool and body; also that a configuration leads to an exchange of the credential where
 * the sequence has one, and nowhere else. That the clients of {@code tinker-training} send them in
 * this order is shown there.
 */
final class StartupSequences implements Transport {
  private static final String JWT =
      "eyJ.eyJleHAiOjQxMDI0NDQ4MDAsInN1YiI6IngifQ.s"; // expires in 2100

  /**
   * The pools of the wire page, but that the one-off calls go with the session's, reads by REST.
   */
  private static final Map<String, CallKind> POOLS =
      Map.ofEntries(
          Map.entry("client/config", CallKind.SESSION),
          Map.entry("auth/token", CallKind.SESSION),
          Map.entry("client/dynamic_config", CallKind.SESSION),
          Map.entry("create_session", CallKind.SESSION),
          Map.entry("create_sampling_session", CallKind.SESSION),
          Map.entry("create_model", CallKind.TRAIN),
          Map.entry("weights_info", CallKind.TRAIN),
          Map.entry("load_weights", CallKind.TRAIN),
          Map.entry("save_weights_for_sampler", CallKind.TRAIN),
          Map.entry("retrieve_future", CallKind.FUTURES),
          Map.entry("sessions", CallKind.REST),
          Map.entry("get_server_capabilities", CallKind.REST));

  /** The vectors that have recorded the bodies, by path. */
  private static final Map<String, String> BODIES =
      Map.of(
          "client/dynamic_config", "002",
          "create_session", "005",
          "create_sampling_session", "008",
          "create_model", "010",
          "save_weights_for_sampler", "026",
          "retrieve_future", "043",
          "weights_info", "052");

  private final JsonNode clientConfig;
  private final List<TransportRequest> sent = new ArrayList<>();
  private final Map<String, ApiClient> clients = new HashMap<>();

  private StartupSequences(JsonNode clientConfig) {
    this.clientConfig = clientConfig;
  }

  static void assertSequence(JsonNode recorded) {
    StartupSequences server = new StartupSequences(recorded.get("clientConfig"));
    server.clients.put("tml-arg", server.client("tml-arg")); // which sends nothing
    List<String> expected = new ArrayList<>();
    for (JsonNode request : recorded.get("requests")) {
      expected.add(
          "%s %s %s"
              .formatted(
                  request.get("method").asString(),
                  request.get("path").asString(),
                  request.get("credential").asString()));
      server.make(request, recorded);
    }
    assertThat(server.sent).extracting(StartupSequences::described).isEqualTo(expected);
    server.clients.values().forEach(ApiClient::close);
  }

  private static String described(TransportRequest request) {
    String key = request.headers().first("X-API-Key").orElse("none");
    return "%s %s %s"
        .formatted(request.method(), request.uri().getPath(), key.equals(JWT) ? "jwt" : key);
  }

  private void make(JsonNode request, JsonNode sequence) {
    String path = below(request.get("path").asString());
    String credential = request.get("credential").asString();
    ApiClient client =
        clients.computeIfAbsent(credential.equals("jwt") ? "tml-arg" : credential, this::client);
    if (path.equals("client/config")) {
      ClientConfigResponse config =
          client.call(
              Operations.CLIENT_CONFIG, ClientConfigRequest.builder().sdkVersion("1").build());
      client.configure(config);
    } else if (!path.equals("auth/token")) { // which the configuration has led to
      JsonNode body = body(path, sequence);
      Endpoint.of(request).call(client, body, request);
      JsonRequests.assertBody(body, sent.getLast());
    }
    assertThat(sent.getLast().kind()).as(path).isEqualTo(POOLS.get(path));
  }

  private static JsonNode body(String path, JsonNode sequence) {
    if (path.equals("load_weights")) {
      return loadBody(sequence);
    }
    String vector = BODIES.get(path);
    return vector == null ? Vector.MAPPER.nullNode() : recorded(vector);
  }

  private static JsonNode loadBody(JsonNode sequence) {
    if (sequence.get("clientConfig").has("create_model_via_load_weights")) {
      return asSession(recorded("022"));
    }
    return recorded(sequence.get("case").asString().contains("source token") ? "023" : "022");
  }

  private static JsonNode recorded(String vector) {
    return Vector.where(each -> each.number().equals(vector)).getFirst().json().get("json");
  }

  /** A checkpoint that becomes a model: addressed by its session, with no number of its own. */
  private static JsonNode asSession(JsonNode recorded) {
    ObjectNode body = (ObjectNode) recorded.deepCopy();
    body.remove("model_id");
    body.remove("seq_id");
    return body.put("session_id", "sess-1").put("model_seq_id", 0);
  }

  private static String below(String path) {
    return path.replaceFirst("^/api/v1/", "");
  }

  private ApiClient client(String key) {
    return ApiClient.builder().apiKey(key).baseUrl("http://tinker.test").transport(this).build();
  }

  @Override
  public TransportResponse send(TransportRequest request) {
    sent.add(request);
    String answer =
        switch (below(request.uri().getPath())) {
          case "client/config" -> clientConfig.toString();
          case "auth/token" -> "{\"jwt\":\"" + JWT + "\"}";
          default -> "{}";
        };
    return TransportResponse.of(
        200,
        Headers.builder().set("content-type", "application/json").build(),
        new ByteArrayInputStream(answer.getBytes(StandardCharsets.UTF_8)));
  }

  @Override
  public void close() {}
}
