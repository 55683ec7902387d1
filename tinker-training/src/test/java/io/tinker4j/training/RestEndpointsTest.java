package io.tinker4j.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.tinker4j.transport.ApiStatusException;
import io.tinker4j.transport.Headers;
import io.tinker4j.transport.NotFoundException;
import io.tinker4j.transport.Transport;
import io.tinker4j.transport.TransportRequest;
import io.tinker4j.transport.TransportResponse;
import io.tinker4j.transport.client.ApiClient;
import io.tinker4j.types.LoraConfig;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every call of the REST client on the wire: what it sends, what it reads, what it throws. */
@Tag("readiness:I4")
class RestEndpointsTest {
  private static final String RUN =
      """
      {"training_run_id":"r1","base_model":"b","model_owner":"me","is_lora":true,"corrupted":true,
       "lora_rank":8,"last_request_time":"2026-01-02T03:04:05Z"}\
      """;
  private static final String CHECKPOINTS =
      """
      {"checkpoints":[{"checkpoint_id":"weights/1","checkpoint_type":"training","public":true,
       "time":"2026-01-02T03:04:05Z","tinker_path":"tinker://r1/weights/1"}]%s}\
      """;
  private static final String CURSOR = ",\"cursor\":{\"offset\":0,\"limit\":5,\"total_count\":9}";
  private static final String RUNS = "{\"training_runs\":[" + RUN + "]" + CURSOR + "}";
  private static final String PATH = "tinker://r1/weights/1";
  private static final String CHECKPOINT = "training_runs/r1/checkpoints/weights/1";
  private static final Instant NOON = Instant.parse("2026-01-02T12:00:00Z");
  private static final LoraConfig LORA = LoraConfig.builder().rank(8).build();

  /**
   * One call.
   *
   * @param request method, path and query below {@code /api/v1/}, and the body if there is one
   */
  record Endpoint(
      String name, Function<RestClient, Object> call, String request, String answer, Object value) {
    @Override
    public String toString() {
      return name;
    }
  }

  private static Endpoint of(
      String name, String request, String answer, Object value, Function<RestClient, Object> call) {
    return new Endpoint(name, call, request, answer, value);
  }

  private static Endpoint silent(String name, String request, Consumer<RestClient> call) {
    return of(
        name,
        request,
        "{}",
        "done",
        rest -> {
          call.accept(rest);
          return "done";
        });
  }

  static Stream<Endpoint> runs() {
    String scope = "?access_scope=owned";
    String all = "?access_scope=accessible";
    return Stream.of(
        of(
            "getTrainingRun",
            "GET training_runs/r1" + scope,
            RUN,
            true,
            rest -> rest.runs().get("r1").isCorrupted()),
        of(
            "getTrainingRun accessible",
            "GET training_runs/r1" + all,
            RUN,
            "b",
            rest -> rest.runs().get("r1", AccessScope.ACCESSIBLE).baseModel()),
        of(
            "getTrainingRunByTinkerPath",
            "GET training_runs/r1" + scope,
            RUN,
            true,
            rest -> rest.runs().getByTinkerPath(PATH).isCorrupted()),
        of(
            "listTrainingRuns",
            "GET training_runs?limit=5&offset=2&access_scope=owned",
            RUNS,
            true,
            rest -> rest.runs().list(5, 2).trainingRuns().getFirst().isCorrupted()),
        of(
            "listTrainingRuns of a project",
            "GET training_runs?limit=5&offset=0&access_scope=accessible&project_id=p1",
            RUNS,
            9,
            rest -> rest.runs().list(5, 0, AccessScope.ACCESSIBLE, "p1").cursor().totalCount()),
        of(
            "trainingRuns().totalCount",
            "GET training_runs?limit=1&offset=0&access_scope=owned",
            RUNS,
            9,
            rest -> rest.runs().all().totalCount().orElseThrow()),
        of(
            "listCheckpoints",
            "GET training_runs/r1/checkpoints",
            CHECKPOINTS.formatted(""),
            PATH,
            rest -> rest.checkpoints().list("r1").checkpoints().getFirst().tinkerPath()),
        of(
            "latestTrainingCheckpoint",
            "GET training_runs/r1/checkpoints",
            CHECKPOINTS.formatted(""),
            PATH,
            rest -> rest.checkpoints().latest("r1").orElseThrow().tinkerPath()),
        of(
            "listUserCheckpoints",
            "GET checkpoints?limit=7&offset=0",
            CHECKPOINTS.formatted(CURSOR),
            true,
            rest -> rest.checkpoints().list(7, 0).checkpoints().getFirst().isPublic()),
        of(
            "getWeightsInfoByTinkerPath",
            "POST weights_info {\"tinker_path\":\"" + PATH + "\"}",
            "{\"base_model\":\"b\",\"is_lora\":true,\"lora_rank\":4,\"train_mlp\":false}",
            "4 false",
            rest -> {
              var info = rest.checkpoints().weightsInfo(PATH);
              return info.loraRank().orElseThrow() + " " + info.trainMlp().orElseThrow();
            }));
  }

  static Stream<Endpoint> checkpoints() {
    String urls = "{\"%s\":\"https://s/x\",\"expires\":\"2026-01-02T12:00:00Z\"}";
    return Stream.of(
        of(
            "getCheckpointArchiveUrl",
            "GET " + CHECKPOINT + "/archive",
            urls.formatted("url"),
            "https://s/x",
            rest -> rest.checkpoints().archiveUrl("tinker://r1/weights/1").url()),
        of(
            "getCheckpointArchiveUrlFromTinkerPath",
            "GET " + CHECKPOINT + "/archive",
            urls.formatted("url"),
            NOON,
            rest -> rest.checkpoints().archiveUrl(PATH).expires()),
        silent(
            "deleteCheckpoint",
            "DELETE " + CHECKPOINT,
            rest -> rest.checkpoints().delete("tinker://r1/weights/1", true)),
        silent(
            "deleteCheckpointFromTinkerPath",
            "DELETE " + CHECKPOINT,
            rest -> rest.checkpoints().delete(PATH, true)),
        silent(
            "publishCheckpointFromTinkerPath",
            "POST " + CHECKPOINT + "/publish",
            rest -> rest.checkpoints().publish(PATH)),
        silent(
            "unpublishCheckpointFromTinkerPath",
            "DELETE " + CHECKPOINT + "/publish",
            rest -> rest.checkpoints().unpublish(PATH)),
        silent(
            "setCheckpointTtlFromTinkerPath",
            "PUT " + CHECKPOINT + "/ttl {\"ttl_seconds\":3600}",
            rest -> rest.checkpoints().setTtl(PATH, Duration.ofHours(1))),
        silent(
            "clearCheckpointTtlFromTinkerPath",
            "PUT " + CHECKPOINT + "/ttl {\"ttl_seconds\":null}",
            rest -> rest.checkpoints().clearTtl(PATH)),
        of(
            "getExternalWeightsUrls",
            "GET training_runs/r1/checkpoints/external_weights/e/external_weights_urls",
            "{\"urls\":{\"a.json\":\"https://s/a\"},\"expires\":\"2026-01-02T12:00:00Z\"}",
            Map.of("a.json", "https://s/a"),
            rest -> rest.externalWeights().urls("r1", "external_weights/e").urls()),
        of(
            "externalWeightsUploadStart",
            "POST external_weights_upload_start {\"base_model\":\"b\",\"lora_config\":{\"rank\":8,"
                + "\"train_unembed\":true,\"train_mlp\":true,\"train_attn\":true}}",
            "{\"upload_id\":\"u\",\"urls\":{},\"expires\":\"2026-01-02T12:00:00Z\"}",
            "u",
            rest -> rest.externalWeights().startUpload("b", LORA).uploadId()),
        of(
            "externalWeightsUploadStart into a project",
            "POST external_weights_upload_start {\"base_model\":\"b\",\"lora_config\":{\"rank\":8,"
                + "\"train_unembed\":true,\"train_mlp\":true,\"train_attn\":true},"
                + "\"destination_project_id\":\"p1\"}",
            "{\"upload_id\":\"u\",\"urls\":{},\"expires\":\"2026-01-02T12:00:00Z\"}",
            NOON,
            rest -> rest.externalWeights().startUpload("b", LORA, "p1").expires()),
        of(
            "externalWeightsUploadFinish",
            "POST external_weights_upload_finish {\"upload_id\":\"u\"}",
            "{\"tinker_path\":\"tinker://u/external_weights/x\"}",
            "tinker://u/external_weights/x",
            rest -> rest.externalWeights().finishUpload("u")));
  }

  static Stream<Endpoint> accounts() {
    return Stream.of(
        of(
            "unloadModel",
            "POST unload_model {\"model_id\":\"m1\",\"type\":\"unload_model\"}",
            "{\"request_id\":\"7\",\"model_id\":\"m1\"}",
            "done",
            rest -> {
              rest.unloadModel("m1");
              return "done";
            }),
        of(
            "getSession",
            "GET sessions/s1?access_scope=owned",
            "{\"training_run_ids\":[\"r1\"],\"sampler_ids\":[]}",
            List.of("r1"),
            rest -> rest.sessions().get("s1").trainingRunIds()),
        of(
            "getSession accessible",
            "GET sessions/s1?access_scope=accessible",
            "{\"training_run_ids\":[],\"sampler_ids\":[\"x\"]}",
            List.of("x"),
            rest -> rest.sessions().get("s1", AccessScope.ACCESSIBLE).samplerIds()),
        of(
            "listSessions",
            "GET sessions?limit=3&offset=6&access_scope=owned",
            "{\"sessions\":[\"s1\",\"s2\"]}",
            List.of("s1", "s2"),
            rest -> rest.sessions().list(3, 6).sessions()),
        silent(
            "assignSessionProject",
            "PUT sessions/s1/project {\"project_id\":\"p1\"}",
            rest -> rest.sessions().assignProject("s1", "p1")),
        of(
            "exportSessionTrace",
            "GET sessions/s1/trace_export",
            "{\"status\":\"ready\",\"url\":\"https://s/t\"}",
            "https://s/t",
            rest -> rest.sessions().exportTrace("s1")),
        of(
            "getSampler",
            "GET samplers/s1:sample:4",
            "{\"sampler_id\":\"s\",\"base_model\":\"b\"}",
            "b",
            rest -> rest.getSampler("s1:sample:4").baseModel()),
        of(
            "getAuditLog",
            "GET audit?event_type=all",
            "{\"entries\":[{\"timestamp\":\"2026-01-02T12:00:00Z\",\"event\":\"e\"}]}",
            NOON,
            rest -> rest.getAuditLog().entries().getFirst().timestamp()),
        of(
            "getAuditLog of a day",
            "GET audit?event_type=checkpoints&day=2026-01-02",
            "{\"entries\":[]}",
            0,
            rest -> rest.getAuditLog("checkpoints", LocalDate.of(2026, 1, 2)).entries().size()),
        of(
            "getBillingUsage",
            "GET billing/usage/events?starting_on=2026-01-02T12%3A00%3A00Z"
                + "&ending_before=2026-01-02T13%3A00%3A00Z",
            "{\"data\":[],\"sessions\":{\"s1\":{}}}",
            true,
            rest ->
                rest.billing().usage(NOON, NOON.plusSeconds(3600)).sessions().containsKey("s1")),
        of(
            "getCurrentCheckpointStorageUsage",
            "GET billing/usage/checkpoints/current",
            "{\"data\":[{\"checkpoint_count\":2,\"size_bytes\":5,\"size_gigabytes\":0.5}]}",
            5L,
            rest -> rest.billing().checkpointStorage().data().getFirst().sizeBytes()),
        of(
            "getCurrentCheckpointStorageUsage of a project",
            "GET billing/usage/checkpoints/current?project_id=p1",
            "{\"data\":[],\"effective_rate_usd_per_gigabyte_month\":0.1}",
            0.1,
            rest ->
                rest.billing()
                    .checkpointStorage("p1")
                    .effectiveRateUsdPerGigabyteMonth()
                    .orElseThrow()));
  }

  static Stream<Endpoint> all() {
    return Stream.of(runs(), checkpoints(), accounts()).flatMap(each -> each);
  }

  /** Answers every request alike. */
  private static final class Server implements Transport {
    private final List<TransportRequest> requests = new ArrayList<>();
    private final int status;
    private final String answer;

    Server(int status, String answer) {
      this.status = status;
      this.answer = answer;
    }

    @Override
    public synchronized TransportResponse send(TransportRequest request) {
      requests.add(request);
      return TransportResponse.of(
          status,
          Headers.builder().set("content-type", "application/json").build(),
          new ByteArrayInputStream(answer.getBytes(StandardCharsets.UTF_8)));
    }

    @Override
    public void close() {}

    Object calledBy(Endpoint endpoint) {
      try (ApiClient api =
          ApiClient.builder()
              .apiKey("tml-test")
              .baseUrl("http://api.test")
              .transport(this)
              .time(new RecordingTime())
              .build()) {
        return endpoint.call().apply(new RestClient(api));
      }
    }
  }

  // readiness: J1, L1, L4, R1, R4, R10, S1
  @ParameterizedTest
  @MethodSource("all")
  void call_accepted_sendsAndReadsWhatTheProtocolSays(Endpoint endpoint) {
    Server server = new Server(200, endpoint.answer());

    assertThat(server.calledBy(endpoint)).isEqualTo(endpoint.value());

    assertThat(server.requests).hasSize(1);
    TransportRequest sent = server.requests.getFirst();
    String body = StandardCharsets.UTF_8.decode(sent.body()).toString();
    String address = sent.uri().toString().replace("http://api.test/api/v1/", "");
    assertThat((sent.method() + " " + address + " " + body).strip()).isEqualTo(endpoint.request());
    assertThat(sent.headers().first("X-API-Key")).hasValue("tml-test");
  }

  @ParameterizedTest
  @MethodSource("all")
  void call_notFound_throwsThatAtOnceWithTheServersReason(Endpoint endpoint) {
    Server server = new Server(404, "{\"detail\":\"there is no such thing\"}");

    assertThatThrownBy(() -> server.calledBy(endpoint))
        .isInstanceOf(NotFoundException.class)
        .hasMessageContaining("no such thing");
    assertThat(server.requests).hasSize(1);
  }

  @ParameterizedTest
  @MethodSource("all")
  void call_serverBroken_throwsAfterTheRetriesThatItsOperationAllows(Endpoint endpoint) {
    Server server = new Server(500, "{\"detail\":\"broken\"}");

    ApiStatusException failure =
        catchThrowableOfType(ApiStatusException.class, () -> server.calledBy(endpoint));

    assertThat(failure.status()).isEqualTo(500);
    assertThat(failure.isRetryable()).isTrue();
    boolean once = endpoint.name().startsWith("externalWeightsUploadStart");
    assertThat(server.requests).hasSize(once ? 1 : 11);
  }
}
