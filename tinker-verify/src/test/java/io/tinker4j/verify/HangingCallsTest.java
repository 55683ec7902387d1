package io.tinker4j.verify;

import static io.tinker4j.testkit.fault.RequestMatcher.operation;
import static org.assertj.core.api.Assertions.assertThat;

import io.tinker4j.testkit.EmbeddedTinkerServer;
import io.tinker4j.testkit.fault.Fault;
import io.tinker4j.testkit.fault.FaultScript;
import io.tinker4j.transport.client.ApiClient;
import io.tinker4j.transport.endpoint.Operations;
import io.tinker4j.transport.jdk.JdkTransport;
import io.tinker4j.types.ModelInput;
import io.tinker4j.types.SamplingParams;
import io.tinker4j.types.wire.CreateSamplingSessionRequest;
import io.tinker4j.types.wire.SampleRequest;
import io.tinker4j.types.wire.SessionHeartbeatRequest;
import io.tinker4j.types.wire.UntypedFuture;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A server that hangs on everything about sampling, and what training sees of it. */
// readiness: D1, O4
@Timeout(60)
class HangingCallsTest {
  private static final int SAMPLES = 400;
  private static final int QUESTIONS = 400;

  @ParameterizedTest(name = "h2c {0}")
  @ValueSource(booleans = {false, true})
  void hangingSamplesAndHeldQuestions_delayNeitherHeartbeatsNorSteps(boolean h2c) {
    try (EmbeddedTinkerServer server =
            EmbeddedTinkerServer.builder().holdTime(Duration.ofSeconds(30)).start();
        JdkTransport transport = JdkTransport.builder().h2c(h2c).build();
        ApiClient client =
            ApiClient.builder()
                .apiKey("tml-test")
                .baseUrl(server.baseUrl().toString())
                .transport(transport)
                .build();
        ExecutorService users = Executors.newVirtualThreadPerTaskExecutor()) {
      String session = BareCalls.session(client);
      String model = BareCalls.model(client, session);
      String sampler = sampler(client, session);
      String held = client.call(Operations.SAMPLE, sample(sampler)).requestId();
      server.setFaults(
          FaultScript.of(
              Fault.on(operation("asample")).delay(Duration.ofMinutes(5)),
              Fault.on(operation("retrieve_future").withBodyContaining("\"" + held + "\""))
                  .pauseQueue("paused_capacity", "no room")));
      List<Future<?>> hanging = new ArrayList<>();
      try {
        Callable<?> call = () -> client.call(Operations.SAMPLE, sample(sampler));
        hang(server, 0, SAMPLES, () -> hanging.add(users.submit(call)));
        Callable<?> ask = () -> client.call(Operations.RETRIEVE_SAMPLE, BareCalls.question(held));
        hang(server, 1, QUESTIONS, () -> hanging.add(users.submit(ask)));

        assertPrompt(client, session, model);
        assertThat(hanging).noneMatch(Future::isDone);
        assertThat(server.submissions(model)).containsExactly(1L);
      } finally {
        users.shutdownNow();
      }
    }
  }

  /** In groups, because the server's queue of new connections is short. */
  private static void hang(EmbeddedTinkerServer server, int fault, int calls, Runnable call) {
    for (int i = 1; i <= calls; i++) {
      call.run();
      long start = System.nanoTime();
      while (i % 40 == 0 && server.faultCounts().get(fault) < i) {
        assertThat(since(start)).as("time until they hang").isLessThan(Duration.ofSeconds(10));
        Thread.onSpinWait();
      }
    }
  }

  private static void assertPrompt(ApiClient client, String session, String model) {
    long start = System.nanoTime();
    client.call(
        Operations.SESSION_HEARTBEAT, SessionHeartbeatRequest.builder().sessionId(session).build());
    Duration heartbeat = since(start);
    start = System.nanoTime();
    UntypedFuture step = client.call(Operations.OPTIM_STEP, BareCalls.step(model));
    Duration submission = since(start);
    BareCalls.result(client, Operations.RETRIEVE_OPTIM_STEP, step);

    assertThat(List.of(heartbeat, submission, since(start)))
        .as("heartbeat, submission of a step, its result")
        .allMatch(took -> took.compareTo(Duration.ofSeconds(1)) < 0);
  }

  private static Duration since(long start) {
    return Duration.ofNanos(System.nanoTime() - start);
  }

  private static String sampler(ApiClient client, String session) {
    CreateSamplingSessionRequest request =
        CreateSamplingSessionRequest.builder()
            .sessionId(session)
            .samplingSessionSeqId(0)
            .baseModel(BareCalls.MODEL)
            .build();
    return client.call(Operations.CREATE_SAMPLING_SESSION, request).samplingSessionId();
  }

  private static SampleRequest sample(String sampler) {
    return SampleRequest.builder()
        .samplingSessionId(sampler)
        .prompt(ModelInput.ofInts(1, 2, 3))
        .samplingParams(SamplingParams.builder().maxTokens(1).build())
        .build();
  }
}
