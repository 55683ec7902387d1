package consumer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tinker4j.testkit.EmbeddedTinkerServer;
import io.tinker4j.testkit.junit.TinkerServer;
import io.tinker4j.testkit.time.ManualTime;
import io.tinker4j.training.SamplingClient;
import io.tinker4j.training.ServiceClient;
import io.tinker4j.training.TrainingClient;
import io.tinker4j.types.AdamParams;
import io.tinker4j.types.Datum;
import io.tinker4j.types.LossFunction;
import io.tinker4j.types.ModelInput;
import io.tinker4j.types.SamplingParams;
import java.io.IOException;
import java.net.ConnectException;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** What every user of the SDK and its test server does first. */
class FirstStepTest {
  private static URI lent;

  @Test
  void sdk_trainsAndSamples() {
    try (EmbeddedTinkerServer server = EmbeddedTinkerServer.start()) {
      trainAndSample(server);
    }
  }

  @Test
  void extension_passesAServer(@TinkerServer EmbeddedTinkerServer server) {
    lent = server.baseUrl();
    trainAndSample(server);
  }

  @Test
  void extension_passesAClock(
      ManualTime time, @TinkerServer(virtualTime = true) EmbeddedTinkerServer server) {
    assertNotNull(time);
    assertNotNull(server.baseUrl());
  }

  private static void trainAndSample(EmbeddedTinkerServer server) {
    try (ServiceClient service =
        ServiceClient.builder().baseUrl(server.baseUrl().toString()).apiKey("tml-test").build()) {
      String model =
          service.getServerCapabilities().supportedModels().get(0).modelName().orElseThrow();
      TrainingClient training = service.createLoraTrainingClient(model);
      int[] tokens = "the quick brown fox".chars().toArray();
      var pass =
          training.forwardBackward(List.of(Datum.supervised(tokens)), LossFunction.CROSS_ENTROPY);
      training.optimStep(AdamParams.builder().learningRate(0.02).build()).join();
      assertTrue(pass.join().metrics().lossSum().orElseThrow() > 0);

      SamplingClient sampler = training.saveWeightsAndGetSamplingClient();
      SamplingParams params = SamplingParams.builder().maxTokens(5).temperature(0).build();
      var sample = sampler.sample(ModelInput.ofInts("the ".chars().toArray()), 1, params).join();
      assertEquals(5, sample.sequences().get(0).toInts().length);
    }
  }

  @AfterAll
  static void serversAreClosed() throws IOException {
    assertThrows(ConnectException.class, () -> new Socket(lent.getHost(), lent.getPort()).close());
    writeVersions();
  }

  /** The jars that this class path has of what clashes most often. */
  private static void writeVersions() throws IOException {
    StringBuilder jars = new StringBuilder();
    for (String type :
        List.of(
            "tools.jackson.databind.ObjectMapper",
            "com.fasterxml.jackson.annotation.JsonProperty",
            "com.google.protobuf.ByteString",
            "org.eclipse.jetty.server.Server",
            "org.junit.jupiter.api.Test",
            "com.github.luben.zstd.Zstd")) {
      try {
        var source = Class.forName(type).getProtectionDomain().getCodeSource().getLocation();
        jars.append(Path.of(source.getPath()).getFileName()).append('\n');
      } catch (ClassNotFoundException e) {
        jars.append("-\n");
      }
    }
    Files.writeString(Path.of("versions.txt"), jars);
  }
}
