package io.tinker4j.training;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.tinker4j.transport.TransportResponse;
import io.tinker4j.types.AdamParams;
import io.tinker4j.types.Datum;
import io.tinker4j.types.LossFunction;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The order of operations when requests and answers are lost and refused at every stage, each seed
 * with 40 operations of three threads. A build has the seeds of its day, {@code -Dorder.seeds=A..B}
 * names others, {@code -Pchaos} has two thousand.
 */
@Timeout(300)
class OrderUnderFaultsTest {
  private static final List<Datum> TWO_CHUNKS = Collections.nCopies(3, Datum.supervised(1, 2, 3));

  @Tag("readiness:B4")
  @Test
  void operations_underFaults_arriveInCallOrderOnceEach() throws Exception {
    for (long seed : DaySeeds.of("order.seeds", 15)) {
      try {
        run(seed);
      } catch (AssertionError | Exception e) {
        throw new AssertionError(
            "seed %d; again with: mvn verify -pl tinker-training -am -Dtest=OrderUnderFaultsTest -Dsurefire.failIfNoSpecifiedTests=false -Dorder.seeds=%d..%d"
                .formatted(seed, seed, seed),
            e);
      }
    }
  }

  private static void run(long seed) throws Exception {
    Server server = new Server(seed);
    try (ServiceClient service =
        server.fake.client().time(new RecordingTime()).random(new Random(seed)).build()) {
      TrainingClient training = service.createLoraTrainingClient("base");
      List<CompletableFuture<?>> operations = Collections.synchronizedList(new ArrayList<>());
      try (ExecutorService threads = Executors.newThreadPerTaskExecutor(Thread::new)) {
        List<Future<?>> callers = new ArrayList<>();
        for (int thread = 0; thread < 3; thread++) {
          int number = thread;
          callers.add(threads.submit(() -> callAll(training, number, operations)));
        }
        for (Future<?> caller : callers) {
          caller.get();
        }
      }
      for (CompletableFuture<?> operation : operations) {
        operation.join();
      }
    }
    server.check();
  }

  /** Every third call is a pass of two chunks; the learning rate tells who called, and when. */
  private static void callAll(
      TrainingClient training, int thread, List<CompletableFuture<?>> operations) {
    for (int i = 0; i < 13; i++) {
      operations.add(
          i % 3 == 0
              ? training.forwardBackward(TWO_CHUNKS, LossFunction.CROSS_ENTROPY)
              : training.optimStep(
                  AdamParams.builder().learningRate(thread + 1 + i / 100.0).build()));
    }
  }

  /** A server that remembers what it has executed, and whose network does what the seed says. */
  private static final class Server {
    final FakeService fake = new FakeService();
    private final Random random;
    private final Map<Long, ByteString> bodies = new ConcurrentHashMap<>();
    private final Map<Long, String> keys = new ConcurrentHashMap<>();
    private final List<Long> received = Collections.synchronizedList(new ArrayList<>());
    private final Map<Long, Double> rates = new ConcurrentHashMap<>();

    Server(long seed) {
      this.random = new Random(seed);
      fake.on("client/config", call -> FakeService.json(200, Map.of("fwdbwd_max_chunk_len", 2)));
      fake.on("optim_step", call -> submitted(call, (long) Golden.number(call.json(), "seq_id")));
      fake.on("forward_backward", call -> submitted(call, PassBodies.seqId(call)));
      FakeService.Handler usual = fake.handler("retrieve_future");
      fake.on("retrieve_future", call -> asked(call, usual));
    }

    private int chance() {
      synchronized (random) {
        return random.nextInt(100);
      }
    }

    private TransportResponse submitted(FakeService.Call call, long seqId) throws IOException {
      int chance = chance();
      if (chance < 10) {
        throw new IOException("lost before it arrived");
      }
      if (chance < 20) {
        int[] refusals = {429, 500, 503, 408};
        return FakeService.json(refusals[chance % 4], Map.of("detail", "not now"));
      }
      execute(call, seqId);
      if (chance < 32) {
        throw new IOException("the answer is lost");
      }
      return FakeService.json(200, Map.of("request_id", "r" + seqId));
    }

    private void execute(FakeService.Call call, long seqId) {
      ByteString before = bodies.putIfAbsent(seqId, call.body());
      String key = call.headers().first("X-Idempotency-Key").orElseThrow();
      if (before != null) {
        assertThat(call.body()).as("a resend has the bytes of the first try").isEqualTo(before);
        assertThat(key).isEqualTo(keys.get(seqId));
        return;
      }
      keys.put(seqId, key);
      received.add(seqId);
      if (call.path().equals("optim_step")) {
        rates.put(
            seqId, Golden.number(Golden.map(call.json().get("adam_params")), "learning_rate"));
      }
    }

    private TransportResponse asked(FakeService.Call call, FakeService.Handler usual)
        throws IOException, InterruptedException {
      int chance = chance();
      if (chance < 10) {
        throw new IOException("the question is lost");
      }
      if (chance < 20) {
        int[] refusals = {429, 500, 503, 408};
        return FakeService.json(refusals[chance % 4], Map.of("queue_state", "active"));
      }
      if (chance < 30) {
        return FakeService.json(200, Map.of("type", "try_again", "queue_state", "active"));
      }
      if (chance < 40 && Golden.text(call.json(), "allow_metadata_only").equals("true")) {
        return FakeService.json(
            200, Map.of("status", "complete_metadata", "response_payload_size", 10));
      }
      return usual.answer(call);
    }

    void check() {
      long count = 3 * (5 * 2 + 8);
      assertThat(received).hasSize((int) count).doesNotHaveDuplicates();
      assertThat(new ArrayList<>(received).stream().sorted().toList())
          .isEqualTo(LongStream.rangeClosed(1, count).boxed().toList());
      checkArrivals();
      for (int thread = 1; thread <= 3; thread++) {
        int number = thread;
        List<Double> ofThread =
            rates.entrySet().stream()
                .filter(entry -> (int) (entry.getValue() + 1e-9) == number)
                .sorted(Map.Entry.comparingByKey())
                .map(Map.Entry::getValue)
                .toList();
        assertThat(ofThread).hasSize(8).isSorted();
      }
    }

    /** In sequence, but that the second chunk of a pass comes before its first. */
    private void checkArrivals() {
      int place = 0;
      while (place < received.size()) {
        long seqId = received.get(place);
        if (seqId == place + 1) {
          place++;
        } else {
          assertThat(seqId).isEqualTo(place + 2);
          assertThat(received.get(place + 1)).isEqualTo(place + 1);
          place += 2;
        }
      }
    }
  }
}
