package io.tinker4j.training;

import static org.assertj.core.api.Assertions.assertThat;

import io.tinker4j.training.internal.ByteBudget;
import io.tinker4j.training.internal.ResultType;
import io.tinker4j.training.telemetry.Telemetry;
import io.tinker4j.transport.Headers;
import io.tinker4j.transport.Transport;
import io.tinker4j.transport.TransportRequest;
import io.tinker4j.transport.TransportResponse;
import io.tinker4j.transport.client.ApiClient;
import io.tinker4j.types.OptimStepResponse;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A hundred large results that are all ready at once. */
@Timeout(120)
class ResultMemoryTest {
  private static final int RESULTS = 100;
  private static final long SIZE = 1 << 20;

  private final RecordingTime time = new RecordingTime();

  /** Tells the size first; counts the results whose bodies are not read to their end. */
  private static final class BigResults implements Transport {
    private final AtomicInteger asked = new AtomicInteger();
    private final AtomicInteger resident = new AtomicInteger();
    private final AtomicInteger most = new AtomicInteger();
    private final CountDownLatch allAsked = new CountDownLatch(RESULTS);

    @Override
    public TransportResponse send(TransportRequest request) throws InterruptedException {
      String question = StandardCharsets.UTF_8.decode(request.body()).toString();
      if (question.contains("\"allow_metadata_only\":true")) {
        allAsked.countDown();
        allAsked.await();
        return answer(
            text("{\"status\":\"complete_metadata\",\"response_payload_size\":" + SIZE + "}"));
      }
      asked.incrementAndGet();
      most.accumulateAndGet(resident.incrementAndGet(), Math::max);
      InputStream padding =
          new ByteArrayInputStream(" ".repeat((int) SIZE).getBytes(StandardCharsets.UTF_8));
      return answer(
          new SequenceInputStream(padding, text("{\"metrics\":{\"grad_norm\":1.5}}")) {
            @Override
            public void close() {
              resident.decrementAndGet();
            }
          });
    }

    private static InputStream text(String json) {
      return new ByteArrayInputStream(json.getBytes(StandardCharsets.UTF_8));
    }

    private static TransportResponse answer(InputStream body) {
      return TransportResponse.of(
          200, Headers.builder().set("content-type", "application/json").build(), body);
    }

    @Override
    public void close() {}
  }

  @Tag("readiness:Q3")
  @ParameterizedTest
  @CsvSource({"1310720, 2", "262144, 1", "13107200, 13"})
  void await_aHundredLargeResults_fewAreInMemoryAtOnce(long budget, int most) throws Exception {
    BigResults server = new BigResults();
    ByteBudget bytes = new ByteBudget(budget);
    try (ApiClient api =
            ApiClient.builder()
                .apiKey("tml-test")
                .baseUrl("http://tinker.test")
                .transport(server)
                .time(time)
                .build();
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Telemetry telemetry = new Telemetry(time);
      PromiseAwaiter awaiter = new PromiseAwaiter(api, time, () -> 0, bytes, telemetry);
      List<Callable<OptimStepResponse>> waits =
          IntStream.range(0, RESULTS).mapToObj(i -> wait(awaiter, "req-" + i)).toList();

      for (Future<OptimStepResponse> result : threads.invokeAll(waits)) {
        assertThat(result.get().metrics().orElseThrow().get("grad_norm")).hasValue(1.5);
      }
    }
    assertThat(server.asked).hasValue(RESULTS);
    assertThat(server.most.get()).isBetween(1, most);
    assertThat(bytes.available()).isEqualTo(budget);
  }

  private Callable<OptimStepResponse> wait(PromiseAwaiter awaiter, String requestId) {
    ProgressTracker activity =
        new ProgressTracker(time, change -> {}, ProgressTracker.Kind.TRAINING, "model-1");
    PendingCall<OptimStepResponse> call =
        new PendingCall<>(
            "OptimStep", Runners.on(time), activity, ResultTimeouts.builder().build());
    return () -> awaiter.await(requestId, ResultType.OPTIM_STEP, Duration.ZERO, call);
  }
}
