package io.tinker4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.tinker4j.cli.ScriptedService.Reply;
import io.tinker4j.cli.output.DisplayText;
import io.tinker4j.transport.client.ApiClient;
import io.tinker4j.transport.operation.JsonCodec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Isolated;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The command against what the reference client's printed, byte for byte but for three things: the
 * version and the help are this command's own, a missing key is explained in its own words, and
 * below a refusal stands what was asked.
 */
@Timeout(60)
@Isolated("the command makes its log that of the process")
class ReferenceVectorsTest {
  private static final Pattern STATUS = Pattern.compile("Error code: (\\d+)");
  private static final String CHECKPOINT =
      """
      {"checkpoint_id":"weights/0001","checkpoint_type":"training",\
      "time":"2020-01-02T03:04:05.678901Z","tinker_path":"tinker://r1/weights/0001",\
      "size_bytes":123,"public":false,"expires_at":null}\
      """;
  private static final String RUN =
      """
      {"training_run_id":"r1","base_model":"Qwen/Qwen3-8B","model_owner":"o","is_lora":true,\
      "corrupted":false,"lora_rank":32,"last_request_time":"2020-01-02T03:04:05Z",\
      "last_checkpoint":%s,"last_sampler_checkpoint":null,"user_metadata":null}\
      """
          .formatted(CHECKPOINT);
  private static final String USAGE =
      """
      {"data":[{"bucket_start":"2026-07-13T05:00:00Z","bucket_end":"2026-07-13T06:00:00Z",\
      "base_model":"B","session_id":"abc","event_info":{"type":"training","token_count":5}},\
      {"bucket_start":"2026-07-13T05:00:00Z","bucket_end":"2026-07-13T06:00:00Z",\
      "event_info":{"type":"storage","gigabyte_hours":1.5}}],\
      "sessions":{"abc":{"user_metadata":{"k":"v"}},"e":{"user_metadata":null}}}\
      """;

  private static final ScriptedService SERVER = new ScriptedService();

  @AfterAll
  static void stop() {
    SERVER.close();
  }

  static List<Map<String, @Nullable Object>> runs() throws IOException {
    return cases("336-cli-output", "runs");
  }

  @ParameterizedTest
  @MethodSource("runs")
  void output_isThatOfTheReference(Map<String, Object> recorded) {
    List<String> args = strings(recorded.get("args"));
    String out = String.valueOf(recorded.get("stdout"));
    String err = String.valueOf(recorded.get("stderr"));
    SERVER.script(request -> reply(request, args, out, err));
    boolean hasKey = !err.contains("api_key client option");

    CommandRun run =
        CommandRun.with(
            hasKey
                ? Map.of("TINKER_BASE_URL", SERVER.address(), "TINKER_API_KEY", "tml-a")
                : Map.of("TINKER_BASE_URL", SERVER.address()),
            Path.of("no-such-home"),
            Objects.toString(recorded.get("stdin"), ""),
            args.toArray(String[]::new));

    assertThat(run.exitCode()).as(run.err()).isEqualTo(recorded.get("exitCode"));
    if (args.equals(List.of("version"))) {
      assertThat(run.out()).isEqualTo("tinker " + ApiClient.version() + System.lineSeparator());
    } else if (args.equals(List.of("--help"))) {
      assertThat(run.out())
          .contains("-f, --format", "-h, --help", "billing", "checkpoint", "run", "session");
    } else {
      assertThat(lines(run.out())).isEqualTo(out);
    }
    assertErr(lines(run.err()), err, hasKey);
  }

  private static void assertErr(String actual, String recorded, boolean hasKey) {
    if (!hasKey) {
      assertThat(actual)
          .startsWith("Error: Failed to connect to Tinker API: there is no API key")
          .endsWith(recorded.substring(recorded.indexOf('\n')));
    } else if (STATUS.matcher(recorded).find()) {
      assertThat(actual).startsWith(recorded);
      assertThat(actual.substring(recorded.length()))
          .matches("Request: get_training_run \\(GET http.*/training_runs/zz\\): \\d+ why; .*\n");
    } else {
      assertThat(actual).isEqualTo(recorded);
    }
  }

  private static String lines(String text) {
    return text.replace("\r\n", "\n");
  }

  private static Reply reply(String request, List<String> args, String out, String err) {
    Matcher refused = STATUS.matcher(err);
    String path = request.replaceFirst("\\?.*", "");
    return switch (path) {
      case "GET /api/v1/training_runs" -> runs(out, args);
      case "GET /api/v1/training_runs/r1" -> Reply.ok(RUN);
      case "GET /api/v1/training_runs/zz" ->
          new Reply(
              refused.find() ? Integer.parseInt(refused.group(1)) : 500, "{\"detail\":\"why\"}");
      case "GET /api/v1/training_runs/r1/checkpoints" ->
          Reply.ok("{\"checkpoints\":[" + CHECKPOINT + "]}");
      case "GET /api/v1/checkpoints" ->
          Reply.ok(
              "{\"checkpoints\":[%s],\"cursor\":{\"offset\":0,\"limit\":20,\"total_count\":1}}"
                  .formatted(CHECKPOINT));
      case "GET /api/v1/billing/usage/events" -> Reply.ok(USAGE);
      case "POST /api/v1/client/config" -> Reply.ok("{}");
      case "POST /api/v1/training_runs/r1/checkpoints/weights/0001/publish",
          "DELETE /api/v1/training_runs/r1/checkpoints/weights/0001/publish",
          "PUT /api/v1/training_runs/r1/checkpoints/weights/0001/ttl",
          "DELETE /api/v1/training_runs/r1/checkpoints/weights/0001" ->
          new Reply(200, "{}");
      default ->
          path.contains("trace")
              ? Reply.ok("{\"status\":\"ready\",\"url\":\"https://storage.example/t.pftrace\"}")
              : new Reply(500, "{\"detail\":\"not scripted: " + request + "\"}");
    };
  }

  private static Reply runs(String out, List<String> args) {
    boolean isEmpty = out.contains("No training runs found");
    return Reply.ok(
        "{\"training_runs\":[%s],\"cursor\":{\"offset\":0,\"limit\":20,\"total_count\":%d}}"
            .formatted(isEmpty ? "" : RUN, isEmpty ? 0 : args.contains("--limit") ? 3 : 1));
  }

  static List<Map<String, @Nullable Object>> sizes() throws IOException {
    return cases("314-cli-format", "size");
  }

  @ParameterizedTest
  @MethodSource("sizes")
  void size_isThatOfTheReference(Map<String, Object> recorded) {
    double bytes = ((Number) recorded.get("bytes")).doubleValue();

    assertThat(DisplayText.size(bytes)).isEqualTo(recorded.get("text"));
  }

  static List<Map<String, @Nullable Object>> timestamps() throws IOException {
    return cases("314-cli-format", "timestamp");
  }

  /** The vectors allow for half a second between making the time and rendering it. */
  @ParameterizedTest
  @MethodSource("timestamps")
  void age_isThatOfTheReference(Map<String, Object> recorded) {
    double offset = ((Number) recorded.get("offsetSeconds")).doubleValue();
    String text = String.valueOf(recorded.get("text"));
    boolean ahead = text.startsWith("in ") || offset > 0;
    Instant now = Instant.parse("2026-07-13T05:00:00Z");
    Instant time = now.plusNanos(Math.round((offset + (ahead ? 0.5 : 0)) * 1e9));

    String expected =
        text.startsWith("<") ? LocalDate.ofInstant(time, ZoneOffset.UTC).toString() : text;
    assertThat(DisplayText.age(time, now)).isEqualTo(expected);
  }

  private static List<Map<String, @Nullable Object>> cases(String name, String list)
      throws IOException {
    Map<String, @Nullable Object> vector =
        JsonCodec.readMap(Files.readAllBytes(Path.of("../openapi/golden").resolve(name + ".json")));
    return list(((Map<?, ?>) Objects.requireNonNull(vector.get("json"))).get(list));
  }

  @SuppressWarnings("unchecked")
  private static <T> List<T> list(@Nullable Object value) {
    return (List<T>) Objects.requireNonNull(value);
  }

  private static List<String> strings(@Nullable Object value) {
    return list(value);
  }

  @Test
  void age_ofMoreThanAMonth_isADate() {
    assertThat(DisplayText.age(Instant.EPOCH.minus(Duration.ofDays(40)), Instant.EPOCH))
        .isEqualTo("1969-11-22");
  }
}
