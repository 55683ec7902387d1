package io.tinker4j.verify;

import static org.assertj.core.api.Assertions.assertThat;

import io.tinker4j.testkit.EmbeddedTinkerServer;
import io.tinker4j.training.SamplingClient;
import io.tinker4j.training.ServiceClient;
import io.tinker4j.training.TrainingClient;
import io.tinker4j.transport.Transport;
import io.tinker4j.transport.TransportRequest;
import io.tinker4j.transport.TransportResponse;
import io.tinker4j.types.AdamParams;
import io.tinker4j.types.Datum;
import io.tinker4j.types.LossFunction;
import io.tinker4j.types.ModelInput;
import io.tinker4j.types.SamplingParams;
import java.io.IOException;
import java.util.AbstractList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** One batch goes from the user's call to bytes without a detour: the frames of the SDK are few. */
class FramesTest {
  private static final int FROM_THREAD_TO_SEND = 12;
  private static final int IN_THE_CALLER = 4;

  /** The SDK's frames of the current thread, the innermost first. */
  private static List<String> frames() {
    return StackWalker.getInstance()
        .walk(frames ->
            frames
                .filter(frame -> frame.getClassName().startsWith("io.tinker4j.t"))
                .map(StackWalker.StackFrame::toString)
                .toList());
  }

  /** Remembers the way on which the first request of each path came. */
  private record Watched(Transport transport, Map<String, List<String>> ways) implements Transport {
    @Override
    public TransportResponse send(TransportRequest request)
        throws IOException, InterruptedException {
      ways.putIfAbsent(request.uri().getPath(), frames());
      return transport.send(request);
    }

    @Override
    public void close() {
      transport.close();
    }
  }

  /** One datum, read under watch. */
  private static final class WatchedBatch extends AbstractList<Datum> {
    private List<String> way = List.of();

    @Override
    public Datum get(int index) {
      return Datum.supervised(new int[] {1, 2, 3});
    }

    @Override
    public int size() {
      way = way.isEmpty() ? frames() : way;
      return 1;
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"forward_backward", "optim_step", "asample"})
  void sdkFrames_fromTheThreadToSend_areFew(String operation) {
    Map<String, List<String>> ways = new ConcurrentHashMap<>();
    try (EmbeddedTinkerServer server = EmbeddedTinkerServer.start();
        ServiceClient service =
            ServiceClient.builder()
                .baseUrl(server.baseUrl().toString())
                .apiKey("tml-any")
                .transport(new Watched(server.transport(), ways))
                .build()) {
      train(service, List.of(Datum.supervised(new int[] {1, 2, 3})));
    }

    assertThat(ways).containsKey("/api/v1/" + operation);
    assertThat(ways.get("/api/v1/" + operation))
        .as("the way of " + operation)
        .isNotEmpty()
        .hasSizeLessThanOrEqualTo(FROM_THREAD_TO_SEND);
  }

  @Test
  void sdkFrames_inTheCaller_areFew() {
    WatchedBatch batch = new WatchedBatch();
    try (EmbeddedTinkerServer server = EmbeddedTinkerServer.start();
        ServiceClient service =
            ServiceClient.builder()
                .baseUrl(server.baseUrl().toString())
                .apiKey("tml-any")
                .transport(server.transport())
                .build()) {
      train(service, batch);
    }

    assertThat(batch.way).isNotEmpty().hasSizeLessThanOrEqualTo(IN_THE_CALLER);
  }

  private static void train(ServiceClient service, List<Datum> batch) {
    TrainingClient training = service.createLoraTrainingClient("tinker4j/nano-bytes");
    training.forwardBackward(batch, LossFunction.CROSS_ENTROPY).join();
    training.optimStep(AdamParams.builder().learningRate(0.1).build()).join();
    SamplingClient sampler = training.saveWeightsAndGetSamplingClient();
    sampler
        .sample(ModelInput.ofInts(1, 2), 1, SamplingParams.builder().maxTokens(2).build())
        .join();
  }
}
