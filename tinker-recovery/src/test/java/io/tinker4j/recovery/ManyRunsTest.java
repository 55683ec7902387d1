package io.tinker4j.recovery;

import static io.tinker4j.testkit.fault.RequestMatcher.operation;
import static org.assertj.core.api.Assertions.assertThat;

import io.tinker4j.recovery.RecoveryEvent.Started;
import io.tinker4j.testkit.fault.Fault;
import io.tinker4j.testkit.fault.FaultScript;
import io.tinker4j.testkit.time.ManualTime;
import io.tinker4j.training.ServiceClient;
import io.tinker4j.transport.Headers;
import io.tinker4j.transport.Transport;
import io.tinker4j.transport.TransportRequest;
import io.tinker4j.transport.TransportResponse;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class ManyRunsTest {
  private static final int RUNS = 20;

  @TempDir private Path directory;

  @Test
  void twentyRunsPoisonedAtOnce_allRecover_notAllAtOneMoment() throws Exception { // readiness: L0
    try (TestRuns runs = new TestRuns();
        ExecutorService pool = Executors.newVirtualThreadPerTaskExecutor()) {
      RecoveryPolicy policy =
          RecoveryPolicy.builder().maxConcurrentRecoveries(4).probeTolerance(0).build();
      RecoverySlots slots = RecoverySlots.of(policy);
      String clean = runs.cleanWeights(6, directory.resolve("clean"));
      runs.server.setFaults(
          FaultScript.of(Fault.on(operation("optim_step")).from(21).times(RUNS).poisonRun()));
      Set<Duration> delays = ConcurrentHashMap.newKeySet();
      List<Callable<RunResult>> all = new ArrayList<>();
      for (int i = 0; i < RUNS; i++) {
        Path journal = directory.resolve("run-" + i);
        all.add(() ->
            runs.training(6, journal)
                .policy(policy)
                .slots(slots)
                .listener(event -> {
                  if (event instanceof Started) {
                    delays.add(event.context().elapsed());
                  }
                })
                .build()
                .resumeOrStart());
      }

      int recoveries = 0;
      for (Future<RunResult> each : pool.invokeAll(all)) {
        RunResult result = each.get();
        recoveries += result.recoveries();
        assertThat(runs.server.weightsHash(result.modelId())).isEqualTo(clean);
      }

      assertThat(recoveries).isBetween(1, RUNS);
      assertThat(delays).hasSizeGreaterThan(recoveries / 2);
    }
  }

  @Test
  void slots_letInAsManyAsThePolicySays() throws Exception {
    RecoverySlots slots =
        RecoverySlots.of(RecoveryPolicy.builder().maxConcurrentRecoveries(4).build());
    CountDownLatch full = new CountDownLatch(4);
    AtomicInteger inside = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    List<Callable<Integer>> all = new ArrayList<>();
    for (int i = 0; i < RUNS; i++) {
      all.add(() -> {
        slots.acquire();
        most.accumulateAndGet(inside.incrementAndGet(), Math::max);
        full.countDown();
        full.await();
        inside.decrementAndGet();
        slots.release();
        return 0;
      });
    }

    try (ExecutorService pool = Executors.newVirtualThreadPerTaskExecutor()) {
      for (Future<Integer> each : pool.invokeAll(all)) {
        each.get();
      }
    }

    assertThat(most.get()).isEqualTo(4);
  }

  /** A server that knows runs, and answers only when eight questions are there at once. */
  private static final class BusyServer implements Transport {
    private final AtomicInteger inFlight = new AtomicInteger();
    private final AtomicInteger most = new AtomicInteger();
    private final CountDownLatch full = new CountDownLatch(8);
    private final AtomicInteger asked = new AtomicInteger();

    @Override
    public TransportResponse send(TransportRequest request) throws InterruptedException {
      String path = request.uri().getPath();
      if (!path.contains("training_runs/")) {
        return answer("{}");
      }
      most.accumulateAndGet(inFlight.incrementAndGet(), Math::max);
      full.countDown();
      full.await();
      asked.incrementAndGet();
      inFlight.decrementAndGet();
      String id = path.substring(path.lastIndexOf('/') + 1);
      return answer(
          """
          {"training_run_id":"%s","base_model":"m","model_owner":"o","is_lora":true,\
          "last_request_time":"2026-11-24T10:00:00Z","corrupted":%s}\
          """
              .formatted(id, id.equals("run-77")));
    }

    private static TransportResponse answer(String json) {
      return TransportResponse.of(
          200,
          Headers.builder().add("content-type", "application/json").build(),
          new ByteArrayInputStream(json.getBytes(StandardCharsets.UTF_8)));
    }

    @Override
    public void close() {}
  }

  @Test
  void monitor_of500Runs_asksEightAtATimeWithinOneInterval() throws Exception { // readiness: S7, H1
    try (ManualTime time = ManualTime.create();
        BusyServer server = new BusyServer();
        ServiceClient service =
            ServiceClient.builder()
                .baseUrl("http://server.example")
                .apiKey("tml-test")
                .transport(server)
                .build()) {
      CountDownLatch found = new CountDownLatch(1);
      List<RunMonitor.Detection> detections = new ArrayList<>();

      try (RunMonitor monitor =
          RunMonitor.start(service.createRestClient(), RecoveryPolicy.builder().build(), time)) {
        for (int i = 0; i < 500; i++) {
          monitor.watch(
              "run-" + i,
              detection -> {
                detections.add(detection);
                found.countDown();
              });
        }
        time.advance(Duration.ofSeconds(30));
        found.await();
      }

      assertThat(detections).containsExactly(new RunMonitor.Detection("run-77", false));
      assertThat(server.most.get()).isEqualTo(8);
    }
  }
}
