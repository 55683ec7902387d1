package io.tinker4j.testkit;

import static io.tinker4j.testkit.WireClient.text;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code POST sessions/{id}/finish}: its body, its answer, and which of two counts. */
class FinishTest {
  private static final String SUCCESS = "{\"reason\":{\"type\":\"success\"},\"detail\":null}";
  private static final String ERRORED =
      "{\"reason\":{\"type\":\"errored\"},\"detail\":\"out of data\"}";

  private static String path(String session) {
    return "sessions/" + session + "/finish";
  }

  @ParameterizedTest
  @ValueSource(strings = {"success", "errored", "interrupted"})
  void finish_withAReason_answersWithWhatItWasToldAndWhen(String reason) {
    try (EmbeddedTinkerServer server = EmbeddedTinkerServer.start();
        WireClient client = new WireClient(server)) {
      String session = client.createSession();

      Map<String, @Nullable Object> answer =
          client.post(path(session), SUCCESS.replace("success", reason));

      assertThat(answer)
          .containsOnlyKeys("session_id", "reason", "detail", "finished_at")
          .containsEntry("session_id", session)
          .containsEntry("reason", Map.of("type", reason))
          .containsEntry("detail", null);
      assertThat(Instant.parse(text(answer, "finished_at"))).isBefore(Instant.now().plusSeconds(1));
      assertThat(server.openSessions()).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "{\"reason\":null}",
        "{\"reason\":\"success\"}",
        "{\"reason\":{}}",
        "{\"reason\":{\"type\":\"tired\"}}",
        "{\"reason\":{\"type\":1}}",
        "{\"reason\":{\"type\":\"success\",\"code\":1}}",
        "{\"reason\":{\"type\":\"success\"},\"detail\":1}",
        "{\"reason\":{\"type\":\"success\"},\"why\":\"\"}",
        "[]",
        "",
      })
  void finish_withABodyThatIsNone_isUnprocessable_andEndsNothing(String body) {
    try (EmbeddedTinkerServer server = EmbeddedTinkerServer.start();
        WireClient client = new WireClient(server)) {
      String session = client.createSession();

      assertThat(client.tryPost(path(session), body).statusCode()).isEqualTo(422);
      assertThat(server.openSessions()).containsExactly(session);
    }
  }

  @Test
  void finish_ofAFinishedSession_answersWithTheFirst() {
    try (EmbeddedTinkerServer server = EmbeddedTinkerServer.start();
        WireClient client = new WireClient(server)) {
      String session = client.createSession();
      Map<String, @Nullable Object> first = client.post(path(session), ERRORED);

      assertThat(client.post(path(session), SUCCESS)).isEqualTo(first);
      assertThat(first).containsEntry("detail", "out of data");
      assertThat(
              client
                  .tryPost("session_heartbeat", "{\"session_id\":\"%s\"}".formatted(session))
                  .statusCode())
          .isEqualTo(410);
    }
  }

  @Test
  void finish_ofAnUnknownSession_isNotFound() {
    try (EmbeddedTinkerServer server = EmbeddedTinkerServer.start();
        WireClient client = new WireClient(server)) {
      assertThat(client.tryPost(path("none"), SUCCESS).statusCode()).isEqualTo(404);
    }
  }

  @Test
  void finish_afterARestart_isStillTheFirst(@TempDir Path data) {
    try (EmbeddedTinkerServer server = EmbeddedTinkerServer.builder().dataDirectory(data).start();
        WireClient client = new WireClient(server)) {
      String session = client.createSession();
      Map<String, @Nullable Object> first = client.post(path(session), ERRORED);

      server.restart();

      assertThat(server.openSessions()).isEmpty();
      assertThat(client.post(path(session), SUCCESS)).isEqualTo(first);
    }
  }
}
