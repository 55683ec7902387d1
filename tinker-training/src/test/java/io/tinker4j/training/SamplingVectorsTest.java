package io.tinker4j.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.tinker4j.transport.ApiStatusException;
import io.tinker4j.types.ModelInput;
import io.tinker4j.types.SamplingParams;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * How samples are submitted and tried again: vector 333. One difference is meant: a submission is
 * retried by the transport's loop, after 0.5, 1, 2 … seconds, instead of by another one around it.
 */
// readiness: C2
class SamplingVectorsTest {
  @TestFactory
  Stream<DynamicTest> v333_samplingFlow() throws IOException {
    List<Map<String, @Nullable Object>> cases = Golden.cases("333-sampling-flow");
    assertThat(cases).hasSize(10);
    return cases.stream().map(each -> dynamicTest(Golden.text(each, "case"), () -> check(each)));
  }

  private static void check(Map<String, @Nullable Object> vector) {
    Map<String, @Nullable Object> expected = Golden.map(vector.get("expect"));
    RecordingTime time = new RecordingTime();
    FakeService server = new FakeService();
    script(server, "asample", vector.get("submitResponses"));
    script(server, "retrieve_future", vector.get("pollResponses"));
    try (ServiceClient service =
        server.client().time(time).random(() -> Long.MIN_VALUE).build()) { // one half
      int tokens = (int) Golden.number(vector, "promptEstimateBytes") / 10;

      CompletableFuture<?> sample =
          service
              .createSamplingClient("base")
              .sample(
                  ModelInput.ofInts(new int[tokens]),
                  1,
                  SamplingParams.builder().maxTokens(1).build());

      if (Golden.text(expected, "outcome").equals("ok")) {
        assertThat(sample.join()).isNotNull();
      } else {
        assertThatThrownBy(sample::join)
            .cause()
            .isInstanceOf(
                Golden.text(expected, "exception").equals("RequestFailedError")
                    ? RequestFailedException.class
                    : ApiStatusException.class);
      }
    }
    assertThat(server.callsTo("asample"))
        .extracting(call -> (long) Golden.number(call.json(), "seq_id"))
        .isEqualTo(seqIds(expected));
    assertThat(server.callsTo("asample"))
        .allSatisfy(call ->
            assertThat(call.headers().first("X-Tinker-Sampling-Backpressure")).hasValue("1"));
    assertThat(sleeps(time)).isEqualTo(sleeps(expected));
  }

  /** Answers with what the vector says, then as usual. */
  private static void script(FakeService server, String path, @Nullable Object responses) {
    Iterator<Map<String, @Nullable Object>> scripted =
        Golden.<Map<String, @Nullable Object>>list(responses).iterator();
    FakeService.Handler usual =
        call ->
            FakeService.json(
                200,
                path.equals("asample")
                    ? Map.of("request_id", "r")
                    : Map.of(
                        "sequences", List.of(Map.of("stop_reason", "stop", "tokens", List.of()))));
    server.on(
        path,
        call -> {
          if (!scripted.hasNext()) {
            return usual.answer(call);
          }
          Map<String, @Nullable Object> next = scripted.next();
          return FakeService.json((int) Golden.number(next, "status"), next.get("json"));
        });
  }

  private static List<Long> seqIds(Map<String, @Nullable Object> expected) {
    return Golden.<Number>list(expected.get("seqIds")).stream().map(Number::longValue).toList();
  }

  /** With a chance of one half the transport's delays are seven eighths of 0.5, 1, 2 … seconds. */
  private static List<Double> sleeps(Map<String, @Nullable Object> expected) {
    List<Double> sleeps = new ArrayList<>();
    for (Number each : Golden.<Number>list(expected.get("holderSleeps"))) {
      sleeps.add(each.doubleValue() / 2 * 0.875);
    }
    for (Number each : Golden.<Number>list(expected.get("retrySleeps"))) {
      sleeps.add(each.doubleValue());
    }
    double backoff = Golden.number(expected, "backoffSeconds");
    if (backoff > 0) {
      sleeps.add(backoff);
    }
    return sleeps;
  }

  private static List<Double> sleeps(RecordingTime time) {
    return time.sleeps.stream().map(sleep -> sleep.toNanos() / 1e9).toList();
  }
}
