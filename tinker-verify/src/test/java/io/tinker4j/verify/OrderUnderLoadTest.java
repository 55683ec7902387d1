package io.tinker4j.verify;

import static org.assertj.core.api.Assertions.assertThat;

import io.tinker4j.testkit.EmbeddedTinkerServer;
import io.tinker4j.training.LoraOptions;
import io.tinker4j.training.ServiceClient;
import io.tinker4j.training.TrainingClient;
import io.tinker4j.types.AdamParams;
import io.tinker4j.types.Datum;
import io.tinker4j.types.LossFunction;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Hundreds of operations that nobody waits for, over HTTP. {@code -Dorder.pairs=1000
 * -Dorder.operations=500} makes them thousands.
 */
@Timeout(180)
class OrderUnderLoadTest {
  private static final int PAIRS = Integer.getInteger("order.pairs", 250);
  private static final int OPERATIONS =
      Integer.getInteger("order.operations", 100); // of each thread

  private static final List<Datum> DATA = List.of(Datum.supervised(1, 2, 3));
  private static final AdamParams ADAM = AdamParams.builder().build();

  private final EmbeddedTinkerServer server = EmbeddedTinkerServer.start();
  private final ServiceClient service =
      ServiceClient.builder().baseUrl(server.baseUrl().toString()).apiKey("tml-test").build();
  private final TrainingClient training =
      service.createLoraTrainingClient(
          "tinker4j/nano-bytes", LoraOptions.builder().rank(1).build());

  @AfterEach
  void close() {
    service.close();
    server.close();
  }

  @Tag("readiness:B4")
  @Test
  void pairs_fromOneThread_arriveInCallOrder() {
    List<CompletableFuture<?>> operations = new ArrayList<>();
    for (int i = 0; i < PAIRS; i++) {
      operations.add(training.forwardBackward(DATA, LossFunction.CROSS_ENTROPY));
      operations.add(training.optimStep(ADAM));
    }
    operations.forEach(CompletableFuture::join);

    assertThat(server.submissions(training.modelId())).isEqualTo(upTo(2 * PAIRS));
    for (int i = 0; i < 2 * PAIRS; i++) {
      assertThat(server.ledger(training.modelId()).get(i).kind())
          .isEqualTo(i % 2 == 0 ? "forward_backward" : "optim_step");
    }
  }

  @Tag("readiness:B4")
  @Test
  void operations_ofEightThreads_leaveNoGapAndNoDouble() throws Exception {
    List<CompletableFuture<?>> operations = Collections.synchronizedList(new ArrayList<>());
    try (ExecutorService threads = Executors.newThreadPerTaskExecutor(Thread::new)) {
      List<Future<?>> callers = new ArrayList<>();
      for (int thread = 0; thread < 8; thread++) {
        callers.add(
            threads.submit(() -> {
              for (int i = 0; i < OPERATIONS; i++) {
                operations.add(training.optimStep(ADAM));
              }
            }));
      }
      for (Future<?> caller : callers) {
        caller.get();
      }
    }
    operations.forEach(CompletableFuture::join);

    assertThat(server.submissions(training.modelId())).isEqualTo(upTo(8 * OPERATIONS));
    assertThat(server.ledger(training.modelId()))
        .extracting(operation -> operation.seqId())
        .isEqualTo(upTo(8 * OPERATIONS));
  }

  private static List<Long> upTo(long last) {
    return LongStream.rangeClosed(1, last).boxed().toList();
  }
}
