package io.tinker4j.training;

import static org.assertj.core.api.Assertions.assertThat;

import io.tinker4j.types.ModelInput;
import io.tinker4j.types.SampleResponse;
import io.tinker4j.types.SamplingParams;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a sample takes while it is outstanding. */
@Timeout(120)
class SampleMemoryTest {
  private static final int SAMPLES = 20_000;
  private static final int TOKENS = 100;
  private static final long PROMPT = 4L * TOKENS;

  /** The documented need, besides the prompt: most samples wait for their turn. */
  private static final long MOST = 4 << 10;

  private final FakeService server = new FakeService();

  private static long used() {
    long least = Long.MAX_VALUE;
    for (int i = 0; i < 5; i++) {
      System.gc();
      Runtime runtime = Runtime.getRuntime();
      least = Math.min(least, runtime.totalMemory() - runtime.freeMemory());
    }
    return least;
  }

  @Test
  void twentyThousandSamples_outstandingAtOnce_takeFourKibibytesEach() throws Exception {
    CountDownLatch asked = new CountDownLatch(1_000);
    CountDownLatch answer = new CountDownLatch(1);
    FakeService.Handler ready = server.handler("retrieve_future");
    server.on(
        "retrieve_future",
        call -> {
          asked.countDown();
          answer.await();
          return ready.answer(call);
        });
    SamplingParams params = SamplingParams.builder().maxTokens(8).build();
    try (ServiceClient service = server.client().telemetry(false).build()) {
      SamplingClient sampler = service.createSamplingClient("base");
      List<CompletableFuture<SampleResponse>> samples = new ArrayList<>(SAMPLES);
      long before = used();
      for (int i = 0; i < SAMPLES; i++) {
        int first = i;
        int[] prompt = IntStream.range(first, first + TOKENS).toArray();
        samples.add(sampler.sample(ModelInput.ofInts(prompt), 1, params));
      }
      asked.await();

      long each = (used() - before) / SAMPLES;

      answer.countDown();
      CompletableFuture.allOf(samples.toArray(CompletableFuture[]::new)).join();
      assertThat(each).isLessThan(PROMPT + MOST);
    }
  }
}
