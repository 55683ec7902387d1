package io.tinker4j.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tinker4j.training.CheckpointsClient.Deletion;
import io.tinker4j.transport.ApiStatusException;
import io.tinker4j.transport.Headers;
import io.tinker4j.transport.client.ApiClient;
import io.tinker4j.transport.client.Identity;
import io.tinker4j.types.Checkpoint;
import io.tinker4j.types.CheckpointArchiveUrlResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the REST client does beyond single calls. */
class RestClientTest {
  private static final String PATH = "tinker://r1/weights/1";

  private final ScriptedTransport server = new ScriptedTransport();
  private final RecordingTime time = new RecordingTime();
  private final ApiClient api =
      ApiClient.builder()
          .apiKey("tml-test")
          .baseUrl("http://api.test")
          .transport(server)
          .time(time)
          .build();
  private final RestClient rest = new RestClient(api);

  @AfterEach
  void close() {
    api.close();
  }

  private static String run(int number) {
    return """
    {"training_run_id":"r%d","base_model":"b","model_owner":"me","is_lora":true,"corrupted":%b,
     "last_request_time":"2026-01-02T03:04:05Z"}\
    """
        .formatted(number, number == 3);
  }

  private static String runs(int total, int... numbers) {
    List<String> all = Arrays.stream(numbers).mapToObj(RestClientTest::run).toList();
    return "{\"training_runs\":[%s],\"cursor\":{\"offset\":0,\"limit\":100,\"total_count\":%d}}"
        .formatted(String.join(",", all), total);
  }

  private static String checkpoint(String id, String time, String more) {
    return """
    {"checkpoint_id":"%s","checkpoint_type":"%s","time":"%s","tinker_path":"tinker://r1/%s"%s}\
    """
        .formatted(id, id.startsWith("weights") ? "training" : "sampler", time, id, more);
  }

  private void answerCheckpoints(String... checkpoints) {
    server.answer(200, "{\"checkpoints\":[" + String.join(",", checkpoints) + "]}");
  }

  @Tag("readiness:R2")
  @Test
  void trainingRuns_severalPages_areFetchedAsTheyAreNeeded() {
    server.answer(200, runs(4, 1, 2)).answer(200, runs(4, 3, 4));
    var runs = rest.runs().all().iterator();

    assertThat(runs.next().trainingRunId()).isEqualTo("r1");
    assertThat(runs.next().trainingRunId()).isEqualTo("r2");
    assertThat(server.requests).hasSize(1);
    assertThat(runs.next().isCorrupted()).isTrue();
    assertThat(runs.next().trainingRunId()).isEqualTo("r4");
    assertThat(runs.hasNext()).isFalse();
    assertThatThrownBy(runs::next).isInstanceOf(NoSuchElementException.class);
    assertThat(server.requests)
        .extracting(request -> request.uri().getQuery())
        .containsExactly(
            "limit=100&offset=0&access_scope=owned", "limit=100&offset=2&access_scope=owned");
  }

  @Tag("readiness:R2")
  @Test
  void trainingRuns_stream_findsTheCorruptedOnesOfAllPages() {
    server.answer(200, runs(3, 1, 2)).answer(200, runs(3, 3));

    assertThat(rest.runs().all().stream().filter(run -> run.isCorrupted()))
        .singleElement()
        .satisfies(run -> assertThat(run.trainingRunId()).isEqualTo("r3"));
  }

  @Tag("readiness:H2")
  @Test
  void sessions_withoutATotal_endAtAnEmptyPage() {
    server.answer(200, "{\"sessions\":[\"a\",\"b\"]}").answer(200, "{\"sessions\":[\"c\"]}");
    server.answer(200, "{\"sessions\":[]}").answer(200, "{\"sessions\":[\"a\"]}");

    assertThat(rest.sessions().all().stream()).containsExactly("a", "b", "c");
    assertThat(rest.sessions().all().totalCount()).isEmpty();
  }

  @Test
  void sessions_ofAServerThatIgnoresTheOffset_endAtTheRepeatedPage() {
    server.answer(200, "{\"sessions\":[\"a\",\"b\"]}").answer(200, "{\"sessions\":[\"a\",\"b\"]}");

    assertThat(rest.sessions().all()).containsExactly("a", "b");
  }

  @Test
  void userCheckpoints_pageShrinksToNothingBelowTheTotal_ends() {
    answerCheckpoints();

    assertThat(rest.checkpoints().all()).isEmpty();
  }

  @Tag("readiness:F4")
  @Tag("readiness:R3")
  @Test
  void latestTrainingCheckpoint_anyOrder_isTheLatestThatIsForTrainingAndNotExpired() {
    time.advance(Duration.ofDays(20_000));
    String gone = ",\"expires_at\":\"%s\"".formatted(time.now());
    String kept = ",\"expires_at\":\"%s\"".formatted(time.now().plusSeconds(1));
    answerCheckpoints(
        checkpoint("weights/old", "2024-01-01T00:00:00Z", ""),
        checkpoint("weights/new", "2024-03-01T00:00:00Z", kept),
        checkpoint("weights/middle", "2024-02-01T00:00:00Z", ""),
        checkpoint("weights/expired", "2024-04-01T00:00:00Z", gone),
        checkpoint("sampler_weights/newest", "2024-05-01T00:00:00Z", ""));
    answerCheckpoints(checkpoint("sampler_weights/only", "2024-05-01T00:00:00Z", ""));

    Optional<Checkpoint> latest = rest.checkpoints().latest("r1");

    assertThat(latest.orElseThrow().tinkerPath()).isEqualTo("tinker://r1/weights/new");
    assertThat(rest.checkpoints().latest("r1")).isEmpty();
  }

  private void answerUnavailable() {
    server.answer(
        503,
        Headers.builder()
            .set("content-type", "application/json")
            .set("x-should-retry", "false")
            .build(),
        "{\"detail\":\"building\"}");
  }

  @Test
  void getCheckpointArchiveUrl_beingBuilt_isAskedForEveryHalfMinute() {
    answerUnavailable();
    answerUnavailable();
    server.answer(
        302,
        Headers.builder()
            .set("location", "https://s/x?signature=1")
            .set("expires", "Fri, 02 Jan 2026 12:00:00 GMT")
            .build(),
        "");

    CheckpointArchiveUrlResponse found = rest.checkpoints().archiveUrl("tinker://r1/weights/1");

    assertThat(found.url()).isEqualTo("https://s/x?signature=1");
    assertThat(found.expires()).isEqualTo(Instant.parse("2026-01-02T12:00:00Z"));
    assertThat(time.sleeps).containsExactly(Duration.ofSeconds(30), Duration.ofSeconds(30));
  }

  @Test
  void getCheckpointArchiveUrl_neverBuilt_givesUpAfterSixAttempts() {
    for (int i = 0; i < 6; i++) {
      answerUnavailable();
    }

    assertThatThrownBy(() -> rest.checkpoints().archiveUrl("tinker://r1/weights/1"))
        .isInstanceOf(ApiStatusException.class)
        .hasMessageContaining("building");
    assertThat(time.sleeps).hasSize(5);
    assertThat(server.requests).hasSize(6);
  }

  @Test
  void exportSessionTrace_pending_isAskedForEveryFiveSeconds() {
    server.answer(200, "{\"status\":\"pending\"}").answer(200, "{\"status\":\"pending\"}");
    server.answer(200, "{\"status\":\"ready\",\"url\":\"https://s/t\"}");

    assertThat(rest.sessions().exportTrace("s1")).isEqualTo("https://s/t");
    assertThat(time.sleeps).containsExactly(Duration.ofSeconds(5), Duration.ofSeconds(5));
  }

  @Test
  void exportSessionTrace_failedOrNeverReady_throws() {
    server.answer(200, "{\"status\":\"failed\",\"error\":\"no events found\"}");
    for (int i = 0; i < 361; i++) {
      server.answer(200, "{\"status\":\"pending\"}");
    }

    assertThatThrownBy(() -> rest.sessions().exportTrace("s1"))
        .isInstanceOf(RequestFailedException.class)
        .hasMessageContaining("no events found");
    assertThatThrownBy(() -> rest.sessions().exportTrace("s1"))
        .isInstanceOf(ProgressTimeoutException.class);
    assertThat(time.now()).isEqualTo(Instant.EPOCH.plus(Duration.ofMinutes(30)));
  }

  @Tag("readiness:F6")
  @Test
  void publish_alreadyPublic_isSuccessWithoutRetries() {
    server.answer(409, "{\"detail\":\"already public\"}").answer(409, "{\"detail\":\"private\"}");

    rest.checkpoints().publish(PATH);
    rest.checkpoints().unpublish(PATH);

    assertThat(server.requests).hasSize(2);
    assertThat(time.sleeps).isEmpty();
  }

  @Tag("readiness:F6")
  @Test
  void publish_answerLost_isTriedAgainAndTheConflictIsSuccess() {
    server.lose().lose().answer(409, "{\"detail\":\"already public\"}");

    rest.checkpoints().publish(PATH);

    assertThat(server.requests).hasSize(3);
  }

  @Tag("readiness:F5")
  @Test
  void deleteCheckpoint_published_needsForce() {
    answerCheckpoints(checkpoint("weights/1", "2024-01-01T00:00:00Z", ",\"public\":true"));
    server.answer(200, "{}");

    assertThatThrownBy(() -> rest.checkpoints().delete(PATH))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("published");
    rest.checkpoints().delete(PATH, true);

    assertThat(server.requests).extracting(sent -> sent.method()).containsExactly("GET", "DELETE");
  }

  @Tag("readiness:F5")
  @Test
  void deleteCheckpoint_wasThereAndIsNot_isDeleted() {
    answerCheckpoints(checkpoint("weights/1", "2024-01-01T00:00:00Z", ""));
    server.lose().answer(404, "{\"detail\":\"gone\"}");

    rest.checkpoints().delete("tinker://r1/weights/1");

    assertThat(server.requests).hasSize(3);
  }

  @Tag("readiness:F5")
  @Test
  void deleteCheckpoints_someFail_tellsOfEach() {
    answerCheckpoints(
        checkpoint("weights/1", "2024-01-01T00:00:00Z", ""),
        checkpoint("weights/2", "2024-01-01T00:00:00Z", ",\"public\":true"));
    server.answer(200, "{}");

    List<Deletion> results =
        rest.checkpoints().deleteAll(List.of(PATH, "tinker://r1/weights/2"), false);

    assertThat(results)
        .extracting(Deletion::tinkerPath)
        .containsExactly(PATH, "tinker://r1/weights/2");
    assertThat(results.get(0).failure()).isEmpty();
    assertThat(results.get(1).failure()).containsInstanceOf(IllegalStateException.class);
    assertThat(rest.checkpoints().deleteAll(List.of(), false)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "r1/weights/1",
        "tinker://r1/weights",
        "tinker://r1/weights/1/2",
        "tinker:///weights/1",
        "tinker://r1/weights/",
        "tinker://r1/other/1",
        "tinker://../weights/1",
        "TINKER://r/weights/1"
      })
  void tinkerPath_malformed_isRefusedByNameBeforeAnythingIsSent(String path) {
    List<ThrowingCallable> calls =
        List.of(
            () -> rest.runs().getByTinkerPath(path),
            () -> rest.checkpoints().weightsInfo(path),
            () -> rest.checkpoints().archiveUrl(path),
            () -> rest.checkpoints().download(path),
            () -> rest.checkpoints().delete(path),
            () -> rest.checkpoints().deleteAll(List.of(PATH, path), true),
            () -> rest.checkpoints().publish(path),
            () -> rest.checkpoints().unpublish(path),
            () -> rest.checkpoints().setTtl(path, Duration.ofDays(1)),
            () -> rest.checkpoints().clearTtl(path));

    assertThat(calls)
        .allSatisfy(call ->
            assertThatThrownBy(call)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("tinkerPath"));
    assertThat(server.requests).isEmpty();
  }

  @Test
  void arguments_wrong_areRefusedByNameBeforeAnythingIsSent() {
    refused("trainingRunId", () -> rest.runs().get(""));
    refused("trainingRunId", () -> rest.checkpoints().list("a/b"));
    refused("checkpointId", () -> rest.externalWeights().urls("r1", "weights/1"));
    refused("limit", () -> rest.runs().list(0, 0));
    refused("offset", () -> rest.sessions().list(1, -1));
    refused("ttl", () -> rest.checkpoints().setTtl(PATH, Duration.ofMillis(900)));
    refused("sessionId", () -> rest.sessions().exportTrace(" "));
    refused("projectId", () -> rest.sessions().assignProject("s1", ""));
    refused("startingOn", () -> rest.billing().usage(Instant.EPOCH, Instant.EPOCH));
    assertThat(server.requests).isEmpty();
  }

  private static void refused(String named, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(named);
  }

  @Test
  void whoami_apiKeyOrToken_isReadWithoutARequest() {
    String claims =
        Base64.getUrlEncoder()
            .withoutPadding()
            .encodeToString(
                "{\"iss\":\"passport-x\",\"sub\":\"urn:me\",\"email\":\"\"}"
                    .getBytes(StandardCharsets.UTF_8));
    try (ApiClient user =
        ApiClient.builder()
            .apiKey("eyJhbGciOiJub25lIn0." + claims + ".x")
            .baseUrl("http://api.test")
            .transport(server)
            .build()) {
      Identity me = new RestClient(user).whoami().orElseThrow();

      assertThat(me.userUrn()).isEqualTo("urn:me");
      assertThat(me.email()).isEmpty();
    }
    assertThat(rest.whoami()).isEmpty();
    assertThat(server.requests).isEmpty();
  }
}
