package io.tinker4j.training;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.tinker4j.testkit.RefusedNumbers;
import io.tinker4j.transport.TransportResponse;
import io.tinker4j.types.AdamParams;
import io.tinker4j.types.Datum;
import io.tinker4j.types.LossFunction;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Operations of which some are refused and some lost, on servers that count a refused number as
 * used and on those that do not. Nothing is looked at before all are called. A build has the seeds
 * of its day, {@code -Drefusal.seeds=A..B} names others, {@code -Pchaos} has a thousand.
 */
@Timeout(120)
class OrderUnderRefusalsTest {
  private static final int STEPS = 12;

  @ParameterizedTest
  @EnumSource(RefusedNumbers.class)
  void operations_underRefusals_areDoneOnceEachAndNoStepWithoutItsGradient(RefusedNumbers numbers)
      throws Exception {
    int refusals = 0;
    long[] seeds = DaySeeds.of("refusal.seeds", 15);
    for (long seed : seeds) {
      try {
        refusals += run(seed, numbers);
      } catch (AssertionError e) {
        throw new AssertionError("seed " + seed, e);
      }
    }
    assertThat(refusals).as("the test tests something").isGreaterThanOrEqualTo(seeds.length / 2);
  }

  private static int run(long seed, RefusedNumbers numbers) throws Exception {
    Server server = new Server(new Random(seed), numbers);
    List<CompletableFuture<?>> passes = new ArrayList<>();
    List<CompletableFuture<?>> steps = new ArrayList<>();
    try (ServiceClient service =
        server.fake.client().time(new RecordingTime()).random(new Random(seed)).build()) {
      TrainingClient training = service.createLoraTrainingClient("base");
      for (int i = 1; i <= STEPS; i++) {
        passes.add(
            training.forwardBackward(List.of(Datum.supervised(i, i)), LossFunction.CROSS_ENTROPY));
        steps.add(training.optimStep(AdamParams.builder().learningRate(i).build()));
      }
      assertThat(service.awaitIdle(Duration.ofSeconds(60))).isTrue();
    }
    server.check();
    for (int i = 0; i < STEPS; i++) {
      assertThat(isDone(steps.get(i))).isEqualTo(server.rates.contains(i + 1.0));
      if (isDone(steps.get(i))) {
        assertThat(isDone(passes.get(i))).as("the pass of step " + (i + 1)).isTrue();
      } else if (i + 1 < STEPS) {
        assertThat(isDone(passes.get(i + 1)) && isDone(passes.get(i)))
            .as("a gradient added to that of step " + (i + 1))
            .isFalse();
      }
    }
    return server.refusals;
  }

  private static boolean isDone(CompletableFuture<?> future) {
    return future.isDone() && !future.isCompletedExceptionally();
  }

  /** Carries out each number once, and waits for a number that is missing. */
  private static final class Server {
    final FakeService fake = new FakeService();
    final Set<Double> rates = new HashSet<>();
    private final Random random;
    private final RefusedNumbers numbers;
    private final TreeMap<Long, ByteString> executed = new TreeMap<>();
    private final Set<Long> used = new TreeSet<>();
    private final Map<String, Integer> refused = new HashMap<>();
    private int refusals;

    Server(Random random, RefusedNumbers numbers) {
      this.random = random;
      this.numbers = numbers;
      fake.on("optim_step", call -> submitted(call, (long) Golden.number(call.json(), "seq_id")));
      fake.on("forward_backward", call -> submitted(call, PassBodies.seqId(call)));
    }

    private synchronized TransportResponse submitted(FakeService.Call call, long seqId)
        throws IOException {
      ByteString before = executed.get(seqId);
      if (used.contains(seqId) || (before != null && !before.equals(call.body()))) {
        return FakeService.json(409, Map.of("detail", "seq_id belongs to another request"));
      }
      int chance = random.nextInt(100);
      if (chance < 5) {
        throw new IOException("lost before it arrived");
      }
      int status = refused.computeIfAbsent(what(call), any -> status());
      if (before == null && status > 0) {
        refusals++;
        if (numbers == RefusedNumbers.USED) {
          used.add(seqId);
        }
        return FakeService.json(status, Map.of("detail", "refused " + what(call)));
      }
      executed.put(seqId, call.body());
      if (call.path().equals("optim_step")) {
        rates.add(Golden.number(Golden.map(call.json().get("adam_params")), "learning_rate"));
      }
      if (chance < 30) {
        throw new IOException("the answer is lost");
      }
      return FakeService.json(200, Map.of("request_id", "r" + seqId));
    }

    /** An operation that is refused is so under any number. */
    private int status() {
      int[] statuses = {400, 404, 409, 413, 422};
      return random.nextInt(5) == 0 ? statuses[random.nextInt(5)] : 0;
    }

    /** The operation of a call, whatever its number and its format. */
    private static String what(FakeService.Call call) {
      if (call.path().equals("optim_step")) {
        return "step " + Golden.number(Golden.map(call.json().get("adam_params")), "learning_rate");
      }
      boolean isJson = call.headers().first("content-type").orElse("").contains("json");
      return "pass "
          + (isJson
              ? call.body().toStringUtf8().replaceAll("(?s).*\"tokens\":\\[(\\d+).*", "$1")
              : PassBodies.read(call)
                  .getData(0)
                  .getModelInput(0)
                  .getEncodedText()
                  .getTokens()
                  .byteAt(0));
    }

    synchronized void check() {
      Set<Long> all = new TreeSet<>(used);
      all.addAll(executed.keySet());
      long last = executed.isEmpty() ? 0 : executed.lastKey();
      assertThat(all.stream().filter(number -> number <= last).toList())
          .as("numbers without a gap")
          .isEqualTo(LongStream.rangeClosed(1, last).boxed().toList());
      assertThat(executed.values()).doesNotHaveDuplicates();
    }
  }
}
