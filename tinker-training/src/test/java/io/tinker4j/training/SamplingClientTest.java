package io.tinker4j.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tinker4j.transport.Headers;
import io.tinker4j.transport.TransportResponse;
import io.tinker4j.types.ModelInput;
import io.tinker4j.types.SampleResponse;
import io.tinker4j.types.SampledSequence;
import io.tinker4j.types.SamplingParams;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Limits, backpressure, streams and cancellation of samples. {@code -Dsample.ends=10000} lets ten
 * times as many end in each way.
 */
@Timeout(120)
class SamplingClientTest {
  private static final int ENDS = Integer.getInteger("sample.ends", 1_000);
  private static final ModelInput PROMPT = ModelInput.ofInts(1, 2, 3);
  private static final SamplingParams PARAMS = SamplingParams.builder().maxTokens(1).build();

  private final FakeService server = new FakeService();
  private final RecordingTime time = new RecordingTime();
  private final ServiceClient service = server.client().time(time).random(() -> 0).build();
  private final SamplingClient sampler = service.createSamplingClient("base");

  @AfterEach
  void close() {
    service.close(Duration.ZERO);
  }

  private static Map<String, Object> sequence(int... tokens) {
    return Map.of("tokens", tokens, "stop_reason", "length");
  }

  @Tag("readiness:C3")
  @Test
  void sample_twoThousandGenerations_fewerThanFourHundredAreSubmittedAtOnce() throws Exception {
    AtomicInteger submitting = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    CountDownLatch accepted = new CountDownLatch(2000);
    CountDownLatch finished = new CountDownLatch(1);
    server.on(
        "asample",
        call -> {
          most.accumulateAndGet(submitting.incrementAndGet(), Math::max);
          submitting.decrementAndGet();
          accepted.countDown();
          return FakeService.json(200, Map.of("request_id", "r"));
        });
    server.on(
        "retrieve_future",
        call -> {
          finished.await();
          return FakeService.json(200, Map.of("sequences", List.of(sequence(7))));
        });

    List<CompletableFuture<SampleResponse>> samples = new ArrayList<>();
    for (int i = 0; i < 2100; i++) {
      samples.add(sampler.sample(PROMPT, 1, PARAMS));
    }
    accepted.await();

    assertThat(server.callsTo("asample")).hasSize(2000);
    assertThat(most.get()).isLessThanOrEqualTo(400);
    finished.countDown();
    CompletableFuture.allOf(samples.toArray(CompletableFuture[]::new)).join();
    assertThat(server.callsTo("asample")).hasSize(2100);
  }

  @Tag("readiness:C2")
  @Test
  void sample_overloadWithRetryAfter_nothingIsSentBeforeItsEnd() {
    AtomicInteger refusals = new AtomicInteger(3);
    List<Long> sentAt = new ArrayList<>();
    server.on(
        "asample",
        call -> {
          synchronized (sentAt) {
            sentAt.add(time.nanoTime());
            if (refusals.getAndDecrement() > 0) {
              return refusal("2");
            }
          }
          return FakeService.json(200, Map.of("request_id", "r"));
        });

    sampler.sample(PROMPT, 1, PARAMS).join();

    for (int i = 1; i < sentAt.size(); i++) {
      assertThat(Duration.ofNanos(sentAt.get(i) - sentAt.get(i - 1)))
          .isGreaterThanOrEqualTo(Duration.ofSeconds(2));
    }
    assertThat(sentAt).hasSize(4);
  }

  private static TransportResponse refusal(String retryAfter) {
    return TransportResponse.of(
        429,
        Headers.builder().set("retry-after", retryAfter).set("content-length", "2").build(),
        new ByteArrayInputStream(new byte[] {'{', '}'}));
  }

  @Tag("readiness:C4")
  @Test
  void sample_afterOverload_atMostTenAreSubmittedAtOnce() throws Exception {
    AtomicInteger calls = new AtomicInteger();
    AtomicInteger submitting = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    CyclicBarrier ten = new CyclicBarrier(10);
    server.on(
        "asample",
        call -> {
          int number = calls.getAndIncrement();
          if (number == 0) {
            return FakeService.json(429, Map.of("detail", "busy"));
          }
          if (number == 1) {
            return FakeService.json(200, Map.of("request_id", "r"));
          }
          most.accumulateAndGet(submitting.incrementAndGet(), Math::max);
          try {
            ten.await();
          } catch (java.util.concurrent.BrokenBarrierException e) {
            throw new IOException(e);
          }
          submitting.decrementAndGet();
          return FakeService.json(200, Map.of("request_id", "r"));
        });

    // Alone: what is with the server when it complains is not called back.
    sampler.sample(PROMPT, 1, PARAMS).join();
    List<CompletableFuture<?>> samples = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      samples.add(sampler.sample(PROMPT, 1, PARAMS));
    }
    CompletableFuture.allOf(samples.toArray(CompletableFuture[]::new)).join();

    assertThat(most.get()).isEqualTo(10);
  }

  @Tag("readiness:C3")
  @Test
  void sample_thousandOfAllEnds_permitsBudgetsAndThreadsAreBack() throws Exception {
    server.on(
        "asample",
        call -> {
          long seqId = (long) Golden.number(call.json(), "seq_id");
          return seqId % 5 == 1
              ? FakeService.json(400, Map.of("detail", "refused"))
              : FakeService.json(200, Map.of("request_id", "r" + seqId));
        });
    server.on(
        "retrieve_future",
        call -> {
          long seqId = Long.parseLong(Golden.text(call.json(), "request_id").substring(1));
          return switch ((int) (seqId % 5)) {
            case 2 -> FakeService.json(200, Map.of("error", "failed", "category", "server"));
            case 3 -> {
              new CountDownLatch(1).await(); // until the waiting is given up
              throw new AssertionError();
            }
            case 4 ->
                Golden.text(call.json(), "allow_metadata_only").equals("true")
                    ? FakeService.json(
                        200, Map.of("status", "complete_metadata", "response_payload_size", 1000))
                    : FakeService.json(200, Map.of("sequences", List.of(sequence())));
            default -> FakeService.json(200, Map.of("sequences", List.of(sequence())));
          };
        });
    Semaphore under = new Semaphore(500);

    int failures = 0;
    List<CompletableFuture<SampleResponse>> samples = new ArrayList<>();
    for (int i = 0; i < ENDS; i++) {
      under.acquire();
      CompletableFuture<SampleResponse> sample = sampler.sample(PROMPT, 1, PARAMS);
      samples.add(sample.whenComplete((response, failure) -> under.release()));
      if (i % 5 == 3) {
        sample.cancel(true);
      }
    }
    for (CompletableFuture<SampleResponse> sample : samples) {
      failures += sample.handle((response, failure) -> failure == null ? 0 : 1).join();
    }

    assertThat(failures).isEqualTo(ENDS / 5 * 3);
    assertThat(service.awaitIdle(Duration.ofSeconds(20))).isTrue();
    assertThat(sampler.freePlaces()).isEqualTo(2000);
    assertThat(service.freeSampleSlots()).isEqualTo(400);
    assertThat(service.freeResponseBytes()).isEqualTo(52_428_800);
  }

  @Test
  void sample_deadline_endsTheWaitingAndGivesThePlaceBack() throws Exception {
    CountDownLatch asked = new CountDownLatch(1);
    try (ServiceClient real = server.client().build()) {
      server.on(
          "retrieve_future",
          call -> {
            asked.countDown();
            new CountDownLatch(1).await();
            throw new AssertionError();
          });
      SamplingClient impatient =
          real.createSamplingClient("base")
              .withTimeouts(ResultTimeouts.builder().deadline(Duration.ofMillis(300)).build());

      CompletableFuture<SampleResponse> sample = impatient.sample(PROMPT, 1, PARAMS);

      assertThatThrownBy(() -> sample.get(20, TimeUnit.SECONDS))
          .hasCauseInstanceOf(DeadlineExceededException.class)
          .hasMessageContaining("PT0.3S");
      assertThat(real.awaitIdle(Duration.ofSeconds(20))).isTrue();
      assertThat(impatient.freePlaces()).isEqualTo(2000);
    }
  }

  @Test
  void sampleAll_lazySource_isReadNoFurtherThanTheConcurrency() {
    server.on(
        "retrieve_future",
        call -> FakeService.json(200, Map.of("sequences", List.of(sequence(7)))));
    AtomicInteger read = new AtomicInteger();
    Iterator<ModelInput> source =
        Stream.generate(() -> ModelInput.ofInts(read.incrementAndGet())).iterator();
    Set<Long> seen = new HashSet<>();

    try (Stream<SampleResult> results =
        sampler.sampleAll(source, 1, PARAMS, SampleOptions.builder().build(), 8)) {
      results
          .limit(1000)
          .forEach(each -> {
            assertThat(read.get()).isLessThanOrEqualTo(seen.size() + 8);
            assertThat(each.prompt().toInts()).containsExactly((int) each.index() + 1);
            assertThat(each.response().sequences()).hasSize(1);
            assertThat(seen.add(each.index())).isTrue();
          });
    }

    assertThat(seen).hasSize(1000);
    assertThat(read.get()).isLessThanOrEqualTo(1008);
  }

  @Test
  void sampleAll_oneFails_theOthersGoOnAndItsFailureIsTold() {
    server.on(
        "asample",
        call ->
            Golden.number(call.json(), "seq_id") == 1
                ? FakeService.json(400, Map.of("detail", "refused"))
                : FakeService.json(200, Map.of("request_id", "r")));

    List<SampleResult> results =
        sampler
            .sampleAll(
                List.of(PROMPT, PROMPT, PROMPT).iterator(),
                1,
                PARAMS,
                SampleOptions.builder().build(),
                2)
            .toList();

    assertThat(results).hasSize(3);
    assertThat(results.stream().filter(each -> each.failure().isPresent()))
        .singleElement()
        .satisfies(failed -> assertThatThrownBy(failed::response).hasMessageContaining("refused"));
  }

  @Test
  void sampleStream_severalSamples_arriveAsTheyFinishWithSeedsOfTheirOwn() {
    CountDownLatch second = new CountDownLatch(1);
    server.on(
        "asample",
        call ->
            FakeService.json(
                200, Map.of("request_id", "r" + (long) Golden.number(call.json(), "seq_id"))));
    server.on(
        "retrieve_future",
        call -> {
          String id = Golden.text(call.json(), "request_id");
          if (id.equals("r0")) {
            second.await();
          }
          return FakeService.json(
              200, Map.of("sequences", List.of(sequence(id.equals("r0") ? 100 : 101))));
        });

    List<Integer> order = new ArrayList<>();
    try (Stream<SampledSequence> sequences =
        sampler.sampleStream(PROMPT, 2, SamplingParams.builder().maxTokens(1).seed(40).build())) {
      sequences.forEach(each -> {
        order.add(each.toInts()[0]);
        second.countDown();
      });
    }

    assertThat(order).containsExactly(101, 100);
    assertThat(server.callsTo("asample"))
        .extracting(
            call -> (int) Golden.number(Golden.map(call.json().get("sampling_params")), "seed"))
        .containsExactlyInAnyOrder(40, 41);
  }

  @Test
  void sample_newOptions_areOnTheWireOnlyWhenAskedFor() {
    sampler.sample(PROMPT, 1, PARAMS).join();
    sampler
        .sample(
            PROMPT,
            1,
            PARAMS,
            SampleOptions.builder()
                .promptLogprobs(true)
                .topkSampleLogprobs(3)
                .promptAltTokensK(2)
                .promptLogprobsLastN(1)
                .build())
        .join();

    assertThat(server.callsTo("asample").get(0).json())
        .doesNotContainKeys(
            "topk_sample_logprobs", "prompt_alt_tokens_k", "prompt_logprobs_last_n");
    assertThat(server.callsTo("asample").get(1).json())
        .containsEntry("topk_sample_logprobs", 3)
        .containsEntry("prompt_alt_tokens_k", 2)
        .containsEntry("prompt_logprobs_last_n", 1);
  }

  @Tag("readiness:S4")
  @Test
  void computeLogprobs_serverThatLeavesTheFirstOut_isAlignedToTheEnd() {
    server.on(
        "retrieve_future",
        call ->
            FakeService.json(
                200, Map.of("sequences", List.of(), "prompt_logprobs", List.of(-1.5, -2.5))));

    assertThat(sampler.computeLogprobs(PROMPT).join()).containsExactly(Float.NaN, -1.5f, -2.5f);
  }
}
