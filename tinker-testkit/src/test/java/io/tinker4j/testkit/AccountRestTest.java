package io.tinker4j.testkit;

import static io.tinker4j.testkit.WireClient.fields;
import static io.tinker4j.testkit.WireClient.list;
import static io.tinker4j.testkit.WireClient.map;
import static io.tinker4j.testkit.WireClient.text;
import static org.assertj.core.api.Assertions.assertThat;

import io.tinker4j.testkit.http.JsonBodies;
import io.tinker4j.testkit.time.ManualTime;
import io.tinker4j.types.ClientConfigResponse;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Credentials, sessions, usage, the audit log and telemetry, over HTTP. */
class AccountRestTest {
  private static final String SESSION =
      "{\"tags\":[],\"user_metadata\":{\"who\":\"me\",\"none\":null},\"sdk_version\":\"0\",\"project_id\":\"p1\"}";

  private final ManualTime time = ManualTime.create();
  private final EmbeddedTinkerServer server =
      EmbeddedTinkerServer.builder()
          .apiKey("tml-test")
          .time(time)
          .sessionTimeout(Duration.ofMinutes(2))
          .clientConfig(ClientConfigResponse.builder().pjwtAuthEnabled(true).build())
          .start();
  private final WireClient client = new WireClient(server);

  @BeforeEach
  void setClock() {
    time.shiftClock(Duration.between(time.now(), Instant.parse("2026-03-01T12:30:00Z")));
  }

  @AfterEach
  void stop() {
    client.close();
    server.close();
    time.close();
  }

  @Test
  void token_isAcceptedUntilItExpires() throws Exception {
    String jwt = text(client.post("auth/token", "{}"), "jwt");
    String claims =
        new String(
            Base64.getUrlDecoder()
                .decode(jwt.substring(jwt.indexOf('.') + 1, jwt.lastIndexOf('.'))),
            StandardCharsets.UTF_8);
    String session = client.createSession();

    try (WireClient bearer = new WireClient(server, jwt, HttpClient.Version.HTTP_1_1)) {
      String heartbeat = "{\"session_id\":\"%s\"}".formatted(session);
      int before = bearer.tryPost("session_heartbeat", heartbeat).statusCode();
      String renewed = text(bearer.post("auth/token", "{}"), "jwt");
      time.advance(Duration.ofHours(1));

      assertThat(JsonBodies.readFields(claims.getBytes(StandardCharsets.UTF_8)))
          .containsEntry("exp", (int) Instant.parse("2026-03-01T13:30:00Z").getEpochSecond());
      assertThat(before).isEqualTo(200);
      assertThat(renewed).isNotEmpty();
      assertThat(bearer.tryPost("session_heartbeat", heartbeat).statusCode()).isEqualTo(401);
    }
  }

  @Test
  void token_forged_isUnauthorized() {
    String jwt = text(client.post("auth/token", "{}"), "jwt");
    String forged = jwt.substring(0, jwt.length() - 2) + (jwt.endsWith("AA") ? "BB" : "AA");

    try (WireClient bearer = new WireClient(server, forged, HttpClient.Version.HTTP_1_1)) {
      assertThat(bearer.tryPost("auth/token", "{}").statusCode()).isEqualTo(401);
    }
  }

  @Test
  void token_whereNotEnabled_doesNotExist() {
    try (EmbeddedTinkerServer plain = EmbeddedTinkerServer.start();
        WireClient other = new WireClient(plain)) {
      assertThat(other.tryPost("auth/token", "{}").statusCode()).isEqualTo(404);
    }
  }

  // readiness: I5
  @Test
  void session_withoutHeartbeats_expiresWithItsModels() throws Exception {
    String session = client.createSession();
    String model = client.createModel(session, 0);
    String heartbeat = "{\"session_id\":\"%s\"}".formatted(session);
    time.advance(Duration.ofMinutes(2));
    int inTime = client.tryPost("session_heartbeat", heartbeat).statusCode();
    time.advance(Duration.ofMinutes(2));
    int train = client.tryPost("optim_step", WireClient.optimStep(model, 1)).statusCode();

    time.advance(Duration.ofSeconds(1));

    assertThat(List.of(inTime, train)).containsExactly(200, 200);
    assertThat(client.tryPost("session_heartbeat", heartbeat).statusCode()).isEqualTo(410);
    assertThat(client.tryPost("optim_step", WireClient.optimStep(model, 2)).statusCode())
        .isEqualTo(410);
    assertThat(client.get("training_runs/" + model)).containsEntry("training_run_id", model);
  }

  @Test
  void sessions_areListedWithWhatIsTheirs() throws Exception {
    String first = client.createSession();
    time.advance(Duration.ofSeconds(1));
    String second = client.createSession();
    String model = client.createModel(second, 0);
    client.post(
        "create_sampling_session",
        "{\"session_id\":\"%s\",\"sampling_session_seq_id\":4,\"base_model\":\"tinker4j/tiny-bytes\"}"
            .formatted(second));

    assertThat(list(client.get("sessions").get("sessions"))).isEqualTo(List.of(second, first));
    assertThat(list(client.get("sessions?limit=1&offset=1").get("sessions")))
        .isEqualTo(List.of(first));
    assertThat(client.get("sessions/" + second))
        .isEqualTo(
            Map.of(
                "training_run_ids", List.of(model), "sampler_ids", List.of(second + ":sample:4")));
    assertThat(client.get("samplers/" + second + ":sample:4"))
        .containsEntry("base_model", "tinker4j/tiny-bytes");
    assertThat(client.trySend("GET", "sessions/none", "").statusCode()).isEqualTo(404);
  }

  @Test
  void project_movesTheRunsOfASession() {
    String session = text(client.post("create_session", SESSION), "session_id");
    String model = client.createModel(session, 0);

    assertThat(runs("p1")).containsExactly(model);
    assertThat(
            client
                .trySend("PUT", "sessions/" + session + "/project", "{\"project_id\":\"p2\"}")
                .statusCode())
        .isEqualTo(200);
    assertThat(runs("p1")).isEmpty();
    assertThat(runs("p2")).containsExactly(model);
    assertThat(
            client.trySend("PUT", "sessions/none/project", "{\"project_id\":\"p2\"}").statusCode())
        .isEqualTo(404);
    assertThat(
            client
                .trySend("PUT", "sessions/" + session + "/project", "{\"project_id\":\"\"}")
                .statusCode())
        .isEqualTo(400);
  }

  private List<Object> runs(String project) {
    return list(client.get("training_runs?project_id=" + project).get("training_runs")).stream()
        .<Object>map(run -> String.valueOf(map(run).get("training_run_id")))
        .toList();
  }

  @Test
  void traceExport_isPendingThenReady() {
    String session = client.createSession();
    String model = client.createModel(session, 0);
    client.train(model, 1);

    Map<String, @Nullable Object> first = client.get("sessions/" + session + "/trace_export");
    Map<String, @Nullable Object> second = client.get("sessions/" + session + "/trace_export");
    byte[] trace =
        client.send(HttpRequest.newBuilder(URI.create(text(second, "url"))).GET()).body();

    assertThat(first).isEqualTo(Map.of("status", "pending"));
    assertThat(second).containsEntry("status", "ready");
    assertThat(list(JsonBodies.readFields(trace).get("events"))).hasSize(2);
  }

  @Test
  void traceExport_ofNothing_fails() {
    String session = client.createSession();
    client.get("sessions/" + session + "/trace_export");

    assertThat(client.get("sessions/" + session + "/trace_export"))
        .isEqualTo(Map.of("status", "failed", "error", "no events found"));
  }

  @Test
  void usage_isCountedByHour() throws Exception {
    String session = text(client.post("create_session", SESSION), "session_id");
    String model = client.createModel(session, 0);
    client.train(model, 1);
    client.save("save_weights", model, 3, "a");
    time.advance(Duration.ofSeconds(60));

    Map<String, @Nullable Object> usage =
        client.get(
            "billing/usage/events?starting_on=2026-03-01T12:00:00Z&ending_before=2026-03-01T13:00:00%2B00:00");

    List<?> events = list(usage.get("data"));
    assertThat(events.stream().map(event -> map(map(event).get("event_info")).get("type")))
        .isEqualTo(List.of("training", "checkpoint", "storage"));
    assertThat(fields(events.get(0)))
        .containsEntry("bucket_start", "2026-03-01T12:00:00Z")
        .containsEntry("bucket_end", "2026-03-01T13:00:00Z")
        .containsEntry("session_id", session)
        .containsEntry("project_id", "p1")
        .containsEntry("event_info", Map.of("type", "training", "token_count", 5));
    assertThat(map(usage.get("sessions")).get(session))
        .isEqualTo(Map.of("user_metadata", Map.of("who", "me")));
  }

  @ParameterizedTest
  @CsvSource({
    "2026-03-01T12:00:00Z, 2026-03-01T12:00:00Z, 400",
    "2026-03-01T12:30:00Z, 2026-03-01T13:00:00Z, 400",
    "2026-02-01T12:00:00Z, 2026-03-01T13:00:00Z, 400",
    "2026-03-01T13:00:00Z, 2026-03-01T14:00:00Z, 400",
    "yesterday, 2026-03-01T14:00:00Z, 422",
    "2026-03-01T12:00:00, 2026-03-01T13:00:00, 200",
  })
  void usage_windowOutOfRange_isRefused(String from, String to, int status) {
    assertThat(
            client
                .trySend(
                    "GET",
                    "billing/usage/events?starting_on=%s&ending_before=%s".formatted(from, to),
                    "")
                .statusCode())
        .isEqualTo(status);
  }

  @Test
  void storage_isWhatTheCheckpointsTake() {
    String model = client.createModel();
    client.save("save_weights", model, 1, "a");
    Object size = map(list(client.get("checkpoints").get("checkpoints")).get(0)).get("size_bytes");

    Map<String, @Nullable Object> usage = client.get("billing/usage/checkpoints/current");

    assertThat(fields(list(usage.get("data")).get(0)))
        .containsEntry("checkpoint_count", 1)
        .containsEntry("size_bytes", size);
    assertThat(
            map(list(client.get("billing/usage/checkpoints/current?project_id=none").get("data"))
                    .get(0))
                .get("checkpoint_count"))
        .isEqualTo(0);
  }

  @Test
  void audit_tellsWhatWasDoneToCheckpoints() throws Exception {
    String model = client.createModel();
    String path = client.save("save_weights", model, 1, "a");
    client.trySend("POST", "training_runs/" + model + "/checkpoints/weights/a/publish", "");
    time.advance(Duration.ofMinutes(1));
    client.trySend("DELETE", "training_runs/" + model + "/checkpoints/weights/a", "");

    List<?> entries = list(client.get("audit?event_type=checkpoints").get("entries"));

    assertThat(entries.stream().map(entry -> map(entry).get("event")))
        .isEqualTo(List.of("checkpoint_created", "checkpoint_published", "checkpoint_deleted"));
    assertThat(fields(entries.get(0))).containsEntry("tinker_path", path);
    assertThat(list(client.get("audit?day=2026-03-02").get("entries"))).isEmpty();
    assertThat(list(client.get("audit?day=2026-03-01").get("entries"))).hasSize(3);
  }

  @ParameterizedTest
  @ValueSource(strings = {"audit?event_type=other", "audit?day=today"})
  void audit_unknownFilter_isRefused(String path) {
    assertThat(client.trySend("GET", path, "").statusCode()).isEqualTo(422);
  }

  @Test
  void telemetry_isAccepted_andRefusedWhenMalformed() {
    String events =
        "{\"events\":[{\"event\":\"GENERIC_EVENT\",\"event_id\":\"e\",\"event_name\":\"n\",\"event_session_index\":0,\"severity\":\"INFO\",\"timestamp\":\"2026-01-01T00:00:00Z\",\"event_data\":{\"k\":null}}],\"platform\":\"Linux\",\"sdk_version\":\"0\",\"session_id\":\"s\",\"process_uuid\":\"u\"}";

    assertThat(client.post("telemetry", events)).containsEntry("status", "accepted");
    assertThat(client.tryPost("telemetry", events.replace("process_uuid", "process")).statusCode())
        .isEqualTo(422);
  }
}
