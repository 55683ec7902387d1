package io.tinker4j.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.tinker4j.training.internal.ByteBudget;
import io.tinker4j.training.internal.ResultType;
import io.tinker4j.training.telemetry.Telemetry;
import io.tinker4j.transport.ApiStatusException;
import io.tinker4j.transport.DecodeException;
import io.tinker4j.transport.Headers;
import io.tinker4j.transport.TransportRequest;
import io.tinker4j.transport.client.ApiClient;
import io.tinker4j.transport.operation.JsonCodec;
import io.tinker4j.types.QueueState;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * How results are asked for: vector 330, with the differences that are meant. Server errors are
 * paced as overload is; a 400 that says why is a failed operation at once, as compatible servers
 * use it; JSON is read where the reference client wants protobuf.
 */
// readiness: B6
class PollingVectorsTest {
  /** Here it is a result: the operation has run, see MalformedSampleTest. */
  private static final String NAN = "JSON NaN literal in a result is an error";

  private static final Set<String> FINAL_AT_ONCE =
      Set.of(
          "400 is retried three times at once",
          "the fourth 400 fails",
          "408 with a JSON body restores the 400 budget",
          "5xx does not restore the 400 budget",
          "try_again does not restore the 400 budget");
  private static final String JSON_PASS = "JSON result where protobuf is required is an error";

  @TestFactory
  Stream<DynamicTest> v330_polling() throws IOException {
    List<Map<String, @Nullable Object>> cases = Golden.cases("330-polling");
    assertThat(cases).hasSizeGreaterThan(50);
    return cases.stream()
        .filter(each -> !Golden.text(each, "case").equals(NAN))
        .map(each -> dynamicTest(Golden.text(each, "case"), () -> new Run(each).check()));
  }

  /** One case. */
  private static final class Run {
    private final Map<String, @Nullable Object> vector;
    private final Map<String, @Nullable Object> expected;
    private final String name;
    private final RecordingTime time = new RecordingTime();
    private final ScriptedTransport server = new ScriptedTransport();
    private final List<List<@Nullable String>> observed = new ArrayList<>();
    private final boolean isPass;

    Run(Map<String, @Nullable Object> vector) {
      this.vector = vector;
      this.expected = Golden.map(vector.get("expect"));
      this.name = Golden.text(vector, "case");
      this.isPass = Golden.text(vector, "resultType").equals("ForwardBackwardOutput");
    }

    void check() {
      List<Map<String, @Nullable Object>> responses = Golden.list(vector.get("responses"));
      responses.forEach(this::script);
      success();
      if (FINAL_AT_ONCE.contains(name)) {
        assertThatThrownBy(this::poll).isInstanceOf(RequestFailedException.class);
        return;
      }
      if (Golden.text(expected, "outcome").equals("ok") || name.equals(JSON_PASS)) {
        assertThat(poll()).isNotNull();
        if (!name.equals(JSON_PASS)) {
          checkPolls();
        }
      } else {
        assertThatThrownBy(this::poll)
            .isInstanceOfAny(failure())
            .message()
            .satisfies(message -> assertThat(message).isNotBlank());
        checkPolls();
      }
      assertThat(sleeps()).isEqualTo(expectedSleeps());
      assertThat(observed).isEqualTo(expectedStates());
    }

    private Class<?>[] failure() {
      return switch (Golden.text(expected, "exception")) {
        case "RequestFailedError", "AssertionError" ->
            new Class<?>[] {RequestFailedException.class};
        case "RetryableException" -> new Class<?>[] {PromiseExpiredException.class};
        default ->
            expected.get("cause") instanceof String cause
                    && cause.endsWith("Error")
                    && !cause.equals("DecodeError")
                    && !cause.equals("ValidationError")
                    && !cause.equals("ValueError")
                ? new Class<?>[] {ApiStatusException.class}
                : new Class<?>[] {DecodeException.class};
      };
    }

    private Object poll() {
      try (ApiClient api =
          ApiClient.builder()
              .apiKey("tml-test")
              .baseUrl("http://tinker.test")
              .transport(server)
              .time(time)
              .build()) {
        PendingCall<Object> call =
            new PendingCall<>(
                "x",
                Runners.on(time),
                new ProgressTracker(time, this::observe, ProgressTracker.Kind.TRAINING, "m"),
                ResultTimeouts.builder().build());
        ResultType<?> type = isPass ? ResultType.FORWARD_BACKWARD : ResultType.OPTIM_STEP;
        return new PromiseAwaiter(
                api, time, () -> 0, new ByteBudget(1_000_000), new Telemetry(time))
            .await("req-x", type, Duration.ofMillis(5), call);
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    }

    private void observe(QueueStateListener.Change change) {
      String state =
          change.state().known() == QueueState.Known.UNRECOGNIZED
              ? "unknown"
              : change.state().value();
      List<@Nullable String> seen = new ArrayList<>();
      seen.add(state);
      seen.add(change.reason().orElse(null));
      observed.add(seen);
    }

    private void script(Map<String, @Nullable Object> response) {
      int status = ((Number) response.getOrDefault("status", 0)).intValue();
      Object json = response.get("json");
      byte[] body =
          json != null
              ? JsonCodec.write(json)
              : Golden.text(response, "bodyText").getBytes(StandardCharsets.UTF_8);
      Headers.Builder headers = Headers.builder();
      if (response.get("contentType") instanceof String contentType) {
        headers.set("content-type", contentType);
      }
      if (body.length > 0) {
        headers.set("content-length", Integer.toString(body.length));
      }
      server.answer(status, headers.build(), new String(body, StandardCharsets.UTF_8));
    }

    private void success() {
      if (isPass) {
        server.answer(
            200,
            Headers.builder().set("content-type", "application/x-protobuf").build(),
            "\n\u0001X");
      } else {
        server.answer(200, "{\"metrics\":{\"a\":1.0},\"later\":true}");
      }
    }

    private void checkPolls() {
      List<Map<String, @Nullable Object>> polls = Golden.list(expected.get("polls"));
      assertThat(server.requests).hasSameSizeAs(polls);
      for (int i = 0; i < polls.size(); i++) {
        Map<String, @Nullable Object> poll = polls.get(i);
        TransportRequest request = server.requests.get(i);
        Headers headers = request.headers();
        assertThat(StandardCharsets.UTF_8.decode(request.body()).toString())
            .contains("\"allow_metadata_only\":" + poll.get("allow_metadata_only"));
        assertThat(headers.first("X-Tinker-Request-Iteration"))
            .hasValue(Golden.text(poll, "iteration"));
        assertThat(headers.first("Accept").orElseThrow()).contains(Golden.text(poll, "accept"));
        assertThat(headers.first("X-Tinker-Create-Promise-Roundtrip-Time").isPresent())
            .isEqualTo(poll.get("roundtripHeader"));
      }
    }

    private List<Double> sleeps() {
      return time.sleeps.stream().map(sleep -> sleep.toMillis() / 1e3).toList();
    }

    /**
     * Server errors wait as overload does; the fifth quick "not ready" in a row would wait, too.
     */
    private List<Double> expectedSleeps() {
      if (name.startsWith("5xx is retried at once")) {
        return List.of(1.0, 2.0, 4.0, 8.0, 16.0);
      }
      List<Number> seconds = Golden.list(expected.get("sleeps"));
      return seconds.stream().map(Number::doubleValue).toList();
    }

    /** A listener hears of changes only, beginning with "active", and that a pause is over. */
    private List<List<@Nullable String>> expectedStates() {
      List<@Nullable String> active = new ArrayList<>();
      active.add("active");
      active.add(null);
      List<List<@Nullable String>> changes = new ArrayList<>();
      List<@Nullable String> last = active;
      for (List<@Nullable String> each :
          Golden.<List<@Nullable String>>list(expected.get("observed"))) {
        if (!each.equals(last)) {
          changes.add(each);
          last = each;
        }
      }
      if (!last.equals(active) && Golden.text(expected, "outcome").equals("ok")) {
        changes.add(active);
      }
      return changes;
    }
  }
}
