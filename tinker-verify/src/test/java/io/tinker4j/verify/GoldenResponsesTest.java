package io.tinker4j.verify;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;
import tools.jackson.databind.JsonNode;

/**
 * Each golden answer has a counterpart of the embedded server with the same properties, and no
 * others.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class GoldenResponsesTest {
  /** Vectors of what a server must not answer, or that are about the reading of it alone. */
  private static final Set<String> ABOUT_READING =
      Set.of(
          "102-client-config-unknown-flags",
          "114-untyped-future-numeric-id",
          "122-save-weights-missing-path",
          "127-health-bad",
          "132-training-run-null-corrupted",
          "134-timestamps",
          "136-checkpoint-bad-type",
          "140-training-runs-missing-cursor",
          "148-billing-event-info",
          "153-scalar-coercion",
          "154-error-mapping",
          "155-archive-url-flow");

  /** Cases that a client must be able to read, and this server does not answer. */
  private static final Set<String> NEVER_ANSWERED =
      Set.of(
          "123-load-weights type only",
          "123-load-weights empty",
          "123-load-weights null type",
          "124-save-weights-for-sampler empty",
          "152-request-failed-schema unknown");

  private final GoldenServer server;

  GoldenResponsesTest() throws Exception {
    server = new GoldenServer(true, true, "tml-test");
  }

  @BeforeAll
  void train() throws Exception {
    JsonNode unused = server.result("optim_step", optimStep(1));
  }

  @AfterAll
  void stop() {
    server.close();
  }

  /** Makes the server give an answer. */
  @FunctionalInterface
  private interface Producer {
    JsonNode answer(GoldenServer server) throws Exception;
  }

  private String optimStep(int seqId) {
    return "{\"adam_params\":{},\"model_id\":\"%s\",\"seq_id\":%d}".formatted(server.model, seqId);
  }

  private static JsonNode get(GoldenServer server, String path) throws Exception {
    return GoldenServer.read(server.get(path));
  }

  private static JsonNode post(GoldenServer server, String path, String body) throws Exception {
    return GoldenServer.read(server.post(path, body));
  }

  /** By the number of the vector. */
  private static Map<String, Producer> producers() {
    Map<String, Producer> producers = new TreeMap<>();
    String version = "{\"sdk_version\":\"0\"}";
    for (String number : List.of("100", "101")) {
      producers.put(number, server -> post(server, "client/config", version));
    }
    for (String number : List.of("104", "105")) {
      producers.put(number, server -> post(server, "client/dynamic_config", version));
    }
    producers.put("106", server -> post(server, "auth/token", "{}"));
    for (String number : List.of("107", "108")) {
      producers.put(
          number,
          server ->
              post(
                  server,
                  "create_session",
                  "{\"tags\":[],\"user_metadata\":{},\"sdk_version\":\"0\"}"));
    }
    producers.put(
        "110",
        server -> post(server, "session_heartbeat", "{\"session_id\":\"" + server.session + "\"}"));
    producers.put(
        "111",
        server ->
            post(
                server,
                "create_sampling_session",
                "{\"session_id\":\"%s\",\"sampling_session_seq_id\":7,\"base_model\":\"B\"}"
                    .formatted(server.session)));
    for (String number : List.of("112", "113")) {
      producers.put(
          number,
          server ->
              post(
                  server,
                  "optim_step",
                  "{\"adam_params\":{},\"model_id\":\"%s\",\"seq_id\":1}".formatted(server.model)));
    }
    trained(producers);
    queried(producers);
    return producers;
  }

  /** By the name of the vector and the case, where it is not the one of the vector. */
  private static Map<String, Producer> caseProducers() {
    return Map.of(
        "150-trace-export pending",
        server -> trace(server, server.createSession("tml-test")),
        "150-trace-export ready",
        server -> traceAgain(server, server.session),
        "150-trace-export failed",
        server -> traceAgain(server, server.createSession("tml-test")),
        "124-save-weights-for-sampler ephemeral",
        server ->
            server.result(
                "save_weights_for_sampler",
                "{\"model_id\":\"%s\",\"seq_id\":5,\"sampling_session_seq_id\":77}"
                    .formatted(server.run)),
        "151-try-again-schema capacity",
        server ->
            post(
                server.paused(),
                "retrieve_future",
                "{\"request_id\":\"%s\"}".formatted(pending(server))),
        "152-request-failed-schema server",
        server -> {
          String model = server.poisoned();
          return server.result(
              "optim_step",
              "{\"adam_params\":{},\"model_id\":\"%s\",\"seq_id\":1}".formatted(model));
        });
  }

  private static JsonNode trace(GoldenServer server, String session) throws Exception {
    return get(server, "sessions/" + session + "/trace_export");
  }

  private static JsonNode traceAgain(GoldenServer server, String session) throws Exception {
    JsonNode unused = trace(server, session);
    return trace(server, session);
  }

  /** A request whose number leaves a gap. */
  private static String pending(GoldenServer server) throws Exception {
    String optimStep =
        "{\"adam_params\":{},\"model_id\":\"%s\",\"seq_id\":900}".formatted(server.model);
    return post(server, "optim_step", optimStep).get("request_id").asString();
  }

  private static void trained(Map<String, Producer> producers) {
    producers.put(
        "115",
        server ->
            server.result(
                "create_model",
                "{\"session_id\":\"%s\",\"model_seq_id\":5,\"base_model\":\"B\"}"
                    .formatted(server.session)));
    for (String number : List.of("116", "117")) {
      producers.put(
          number, server -> post(server, "get_info", "{\"model_id\":\"" + server.run + "\"}"));
    }
    producers.put(
        "118",
        server -> {
          String model =
              server
                  .result(
                      "create_model",
                      "{\"session_id\":\"%s\",\"model_seq_id\":6,\"base_model\":\"B\"}"
                          .formatted(server.session))
                  .get("model_id")
                  .asString();
          return server.result("unload_model", "{\"model_id\":\"" + model + "\"}");
        });
    producers.put(
        "119",
        server ->
            server.result(
                "optim_step",
                "{\"adam_params\":{},\"model_id\":\"%s\",\"seq_id\":1}".formatted(server.model)));
    producers.put("121", server -> server.result("save_weights", named(server, 2)));
    producers.put(
        "123",
        server ->
            server.result(
                "load_weights",
                "{\"model_id\":\"%s\",\"seq_id\":3,\"path\":\"tinker://%s/weights/0001\",\"optimizer\":true}"
                    .formatted(server.model, server.run)));
    producers.put("124", server -> server.result("save_weights_for_sampler", named(server, 4)));
    producers.put(
        "151",
        server ->
            post(server, "retrieve_future", "{\"request_id\":\"%s\"}".formatted(pending(server))));
    // The checkpoint 0001 exists.
    producers.put(
        "152",
        server ->
            server.result(
                "save_weights",
                "{\"model_id\":\"%s\",\"seq_id\":6,\"path\":\"0001\"}".formatted(server.run)));
  }

  /** The numbers of the model follow from the order of the vectors. */
  private static String named(GoldenServer server, int seqId) {
    return "{\"model_id\":\"%s\",\"seq_id\":%d,\"path\":\"n%d\",\"ttl_seconds\":60}"
        .formatted(server.model, seqId, seqId);
  }

  private static void queried(Map<String, Producer> producers) {
    producers.put("125", server -> get(server, "get_server_capabilities"));
    producers.put("126", server -> get(server, "healthz"));
    for (String number : List.of("128", "129")) {
      producers.put(
          number,
          server ->
              post(
                  server,
                  "weights_info",
                  "{\"tinker_path\":\"tinker://" + server.run + "/weights/0001\"}"));
    }
    for (String number : List.of("130", "131")) {
      producers.put(number, server -> get(server, "training_runs/" + server.run));
    }
    producers.put(
        "135",
        server ->
            get(server, "training_runs/" + server.run + "/checkpoints").get("checkpoints").get(0));
    producers.put("137", server -> get(server, "checkpoints?limit=100"));
    producers.put("139", server -> get(server, "training_runs"));
    producers.put(
        "141",
        server -> {
          HttpResponse<byte[]> response =
              server.get(
                  "training_runs/" + server.run + "/checkpoints/sampler_weights/final/archive");
          if (response.statusCode() == 302) {
            return GoldenServer.JSON.valueToTree(
                Map.of(
                    "url",
                    response.headers().firstValue("location").orElseThrow(),
                    "expires",
                    response.headers().firstValue("expires").orElseThrow()));
          }
          return GoldenServer.read(response);
        });
    producers.put("142", server -> get(server, "sessions/" + server.session));
    producers.put("143", server -> get(server, "sessions"));
    producers.put("144", server -> get(server, "samplers/" + server.session + ":sample:0"));
    producers.put("145", server -> get(server, "audit?event_type=all"));
    producers.put("146", GoldenResponsesTest::usage);
    producers.put(
        "149",
        server ->
            post(
                server,
                "telemetry",
                "{\"events\":[],\"platform\":\"Linux\",\"sdk_version\":\"0\",\"session_id\":\"%s\",\"process_uuid\":\"u\"}"
                    .formatted(server.session)));
  }

  /** What a session of a project has used in this hour. */
  private static JsonNode usage(GoldenServer server) throws Exception {
    HttpResponse<byte[]> moved =
        server.send(
            "PUT",
            "sessions/" + server.session + "/project",
            "{\"project_id\":\"p1\"}",
            "tml-test");
    assertThat(moved.statusCode()).isEqualTo(200);
    Instant hour = Instant.now().truncatedTo(ChronoUnit.HOURS);
    JsonNode usage =
        get(
            server,
            "billing/usage/events?starting_on=%s&ending_before=%s"
                .formatted(hour.minus(1, ChronoUnit.HOURS), hour.plus(1, ChronoUnit.HOURS)));
    assertThat(usage.get("data")).isNotEmpty();
    return usage;
  }

  private static String name(Path file) {
    return String.valueOf(file.getFileName()).replace(".json", "");
  }

  @Test
  void vectors_haveAProducerOrAReasonForNone() throws Exception {
    Set<String> without = new TreeSet<>();
    GoldenRequestsTest.vectors("1*.json")
        .map(GoldenResponsesTest::name)
        .filter(name ->
            !producers().containsKey(name.substring(0, 3))
                && caseProducers().keySet().stream().noneMatch(key -> key.startsWith(name)))
        .forEach(without::add);

    assertThat(without).isEqualTo(ABOUT_READING);
  }

  @TestFactory
  Stream<DynamicTest> shapes() throws Exception {
    List<DynamicTest> tests = new ArrayList<>();
    for (Path file : GoldenRequestsTest.vectors("1*.json").toList()) {
      if (!ABOUT_READING.contains(name(file))) {
        decoded(file)
            .forEach((name, expected) ->
                tests.add(DynamicTest.dynamicTest(name, () -> compare(name, expected))));
      }
    }
    return tests.stream();
  }

  /** What a server may answer, by the name of the vector and, where it has several, of the case. */
  private static Map<String, JsonNode> decoded(Path file) throws Exception {
    JsonNode vector = GoldenServer.JSON.readTree(Files.readAllBytes(file));
    JsonNode cases = vector.get("json").get("cases");
    if (cases == null) {
      return Map.of(name(file), vector.get("decoded"));
    }
    Map<String, JsonNode> decoded = new TreeMap<>();
    for (JsonNode each : cases) {
      String name = name(file) + " " + each.get("case").asString();
      if (each.get("valid").asBoolean() && !NEVER_ANSWERED.contains(name)) {
        decoded.put(name, each.get("decoded"));
      }
    }
    return decoded;
  }

  private void compare(String name, JsonNode expected) throws Exception {
    Producer producer =
        caseProducers()
            .getOrDefault(
                name, producers().getOrDefault(name.substring(0, 3), unused -> missing(name)));
    assertThat(Shapes.differences(name, expected, producer.answer(server))).isEmpty();
  }

  private static JsonNode missing(String name) {
    throw new IllegalStateException("nothing produces " + name);
  }
}
