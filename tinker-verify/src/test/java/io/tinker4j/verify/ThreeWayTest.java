package io.tinker4j.verify;

import static org.assertj.core.api.Assertions.assertThat;

import io.tinker4j.testkit.EmbeddedTinkerServer;
import io.tinker4j.training.LoraOptions;
import io.tinker4j.training.ServiceClient;
import io.tinker4j.training.TrainingClient;
import io.tinker4j.types.AdamParams;
import io.tinker4j.types.Datum;
import io.tinker4j.types.LossFunction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Uninterrupted, resumed with the optimizer, resumed cold: 100 steps each. */
// readiness: F3, J2, L2, L5, T2
class ThreeWayTest {
  private static final int STEPS = 100;
  private static final String TEXT =
      "It is a truth universally acknowledged, that a single man in possession of a good fortune,"
          + " must be in want of a wife. However little known the feelings or views of such a man"
          + " may be on his first entering a neighbourhood, this truth is so well fixed.";

  @TempDir Path directory;

  @Test
  void resume_withOptimizer_endsWhereTheUninterruptedRunEnds() throws Exception {
    String uninterrupted = uninterrupted();
    String resumed = interrupted(directory.resolve("resumed"), true);
    String cold = interrupted(directory.resolve("cold"), false);

    assertThat(resumed).isEqualTo(uninterrupted);
    assertThat(cold).isNotEqualTo(uninterrupted);
  }

  private static String uninterrupted() {
    try (EmbeddedTinkerServer server = EmbeddedTinkerServer.start();
        ServiceClient service = client(server)) {
      TrainingClient training = create(service);
      train(training, 0, STEPS);
      return server.weightsHash(training.modelId());
    }
  }

  /** The second half runs in a new client against a server that was started again. */
  private static String interrupted(Path directory, boolean withOptimizer) throws Exception {
    String checkpoint;
    try (EmbeddedTinkerServer server = server(directory);
        ServiceClient service = client(server)) {
      TrainingClient training = create(service);
      train(training, 0, STEPS / 2);
      checkpoint = training.saveState("half").join().path();
    }
    try (EmbeddedTinkerServer server = server(directory);
        ServiceClient service = client(server)) {
      TrainingClient training =
          withOptimizer
              ? service.createTrainingClientFromStateWithOptimizer(checkpoint)
              : service.createTrainingClientFromState(checkpoint);
      train(training, STEPS / 2, STEPS);
      return server.weightsHash(training.modelId());
    }
  }

  private static void train(TrainingClient training, int from, int to) {
    byte[] text = TEXT.getBytes(StandardCharsets.US_ASCII);
    AdamParams adam = AdamParams.builder().learningRate(0.01).build();
    List<CompletableFuture<?>> pending = new ArrayList<>();
    for (int step = from; step < to; step++) {
      int[] tokens = new int[33];
      for (int i = 0; i < tokens.length; i++) {
        tokens[i] = text[(step * 7 + i) % text.length];
      }
      pending.add(
          training.forwardBackward(List.of(Datum.supervised(tokens)), LossFunction.CROSS_ENTROPY));
      pending.add(training.optimStep(adam));
    }
    pending.forEach(CompletableFuture::join);
  }

  private static EmbeddedTinkerServer server(Path directory) throws Exception {
    return EmbeddedTinkerServer.builder().dataDirectory(directory).start();
  }

  private static ServiceClient client(EmbeddedTinkerServer server) {
    return ServiceClient.builder().baseUrl(server.baseUrl().toString()).apiKey("tml-test").build();
  }

  private static TrainingClient create(ServiceClient service) {
    return service.createLoraTrainingClient(
        "tinker4j/nano-bytes", LoraOptions.builder().rank(8).seed(7).build());
  }
}
