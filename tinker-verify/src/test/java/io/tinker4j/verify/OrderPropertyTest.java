package io.tinker4j.verify;

import static org.assertj.core.api.Assertions.assertThat;

import io.tinker4j.testkit.EmbeddedTinkerServer;
import io.tinker4j.training.ServiceClient;
import io.tinker4j.training.TrainingClient;
import io.tinker4j.transport.Transport;
import io.tinker4j.transport.TransportRequest;
import io.tinker4j.transport.TransportResponse;
import io.tinker4j.transport.jdk.JdkTransport;
import io.tinker4j.transport.operation.JsonCodec;
import io.tinker4j.types.AdamParams;
import io.tinker4j.types.Datum;
import io.tinker4j.types.LossFunction;
import io.tinker4j.types.wire.OptimStepRequest;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.LongStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/** The order of operations from several threads, as the server sees it over HTTP. */
// readiness: B4
class OrderPropertyTest {
  private static final List<Datum> BATCH = List.of(Datum.supervised(1, 2, 3, 4));

  @Property(tries = 30)
  void operations_fromAnyThreads_arriveInSequenceWithoutGapsAndInEachThreadsOrder(
      @ForAll @Size(min = 1, max = 8)
          List<@Size(min = 1, max = 10) List<@IntRange(max = 2) Integer>> threads)
      throws Exception {
    try (EmbeddedTinkerServer server = EmbeddedTinkerServer.start();
        Recorder recorder = new Recorder();
        ServiceClient service =
            ServiceClient.builder()
                .baseUrl(server.baseUrl().toString())
                .apiKey("tml-test")
                .transport(recorder)
                .build()) {
      TrainingClient client =
          service.createLoraTrainingClient(
              service.getServerCapabilities().supportedModels().get(0).modelName().orElseThrow());

      callAll(client, threads);

      long operations = threads.stream().mapToLong(List::size).sum();
      List<Long> all = LongStream.rangeClosed(1, operations).boxed().toList();
      assertThat(server.submissions(client.modelId())).isEqualTo(all);
      assertThat(server.ledger(client.modelId()))
          .extracting(operation -> operation.seqId())
          .isEqualTo(all);
      assertThat(recorder.steps).hasSize(steps(threads));
      for (int thread = 0; thread < threads.size(); thread++) {
        assertThat(recorder.seqIdsOf(thread)).isSorted();
        assertThat(recorder.positionsOf(thread)).isSorted();
      }
    }
  }

  private static int steps(List<List<Integer>> threads) {
    return (int) threads.stream().flatMap(List::stream).filter(kind -> kind == 0).count();
  }

  /** Starts all threads at once; each makes its calls without waiting for any result. */
  private static void callAll(TrainingClient client, List<List<Integer>> threads) throws Exception {
    CountDownLatch start = new CountDownLatch(1);
    List<CompletableFuture<?>> operations = Collections.synchronizedList(new ArrayList<>());
    try (ExecutorService executor = Executors.newThreadPerTaskExecutor(Thread::new)) {
      List<Future<?>> callers = new ArrayList<>();
      for (int thread = 0; thread < threads.size(); thread++) {
        int number = thread;
        callers.add(
            executor.submit(() -> {
              start.await();
              List<Integer> kinds = threads.get(number);
              for (int i = 0; i < kinds.size(); i++) {
                operations.add(call(client, kinds.get(i), Recorder.mark(number, i)));
              }
              return null;
            }));
      }
      start.countDown();
      for (Future<?> caller : callers) {
        caller.get();
      }
    }
    for (CompletableFuture<?> operation : operations) {
      operation.join();
    }
  }

  private static CompletableFuture<?> call(TrainingClient client, int kind, double mark) {
    return switch (kind) {
      case 0 -> client.optimStep(AdamParams.builder().learningRate(mark).build());
      case 1 -> client.forward(BATCH, LossFunction.CROSS_ENTROPY);
      default -> client.forwardBackward(BATCH, LossFunction.CROSS_ENTROPY);
    };
  }

  /** Writes down the steps as they are sent; the learning rate tells who called, and when. */
  private static final class Recorder implements Transport {
    final List<OptimStepRequest> steps = Collections.synchronizedList(new ArrayList<>());
    private final JdkTransport transport = JdkTransport.create();

    static double mark(int thread, int position) {
      return (thread + 1) * 1e-6 + position * 1e-9;
    }

    List<Long> seqIdsOf(int thread) {
      return of(thread).stream().map(step -> step.seqId().orElseThrow()).toList();
    }

    /** In the order of sequence numbers. */
    List<Double> positionsOf(int thread) {
      return of(thread).stream().map(Recorder::rate).toList();
    }

    private List<OptimStepRequest> of(int thread) {
      return steps.stream().filter(step -> (int) (rate(step) * 1e6 + 1e-4) == thread + 1).toList();
    }

    private static double rate(OptimStepRequest step) {
      return step.adamParams().orElseThrow().learningRate();
    }

    @Override
    public TransportResponse send(TransportRequest request)
        throws IOException, InterruptedException {
      if (request.uri().getPath().endsWith("/optim_step")) {
        byte[] body = new byte[request.bodyLength()];
        request.body().get(body);
        steps.add(JsonCodec.read(body, OptimStepRequest.class));
      }
      return transport.send(request);
    }

    @Override
    public void close() {
      transport.close();
    }
  }
}
