package io.tinker4j.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.tinker4j.testkit.EmbeddedTinkerServer;
import io.tinker4j.training.LoraOptions;
import io.tinker4j.training.ServiceClient;
import io.tinker4j.training.TrainingClient;
import io.tinker4j.types.AdamParams;
import io.tinker4j.types.Datum;
import io.tinker4j.types.LossFunction;
import io.tinker4j.types.TinkerPath;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Other people's clients, over sockets, against a model that has learned one answer. */
@Timeout(60)
class OpenAiClientsTest {
  private static final String KEY = "tml-example";
  private static final String CHAT = "User: Who are you?\n\nAssistant: A tiny model.\n\nUser:";

  private static EmbeddedTinkerServer server;
  private static ServiceClient service;
  private static TinkerPath path;

  @BeforeAll
  static void tune() {
    server = EmbeddedTinkerServer.builder().apiKey(KEY).start();
    service = ServiceClient.builder().baseUrl(server.baseUrl().toString()).apiKey(KEY).build();
    TrainingClient training =
        service.createLoraTrainingClient(
            "tinker4j/tiny-bytes", LoraOptions.builder().rank(16).seed(1).build());
    byte[] bytes = CHAT.getBytes(StandardCharsets.UTF_8);
    int[] tokens = new int[bytes.length];
    for (int i = 0; i < bytes.length; i++) {
      tokens[i] = bytes[i];
    }
    for (int step = 0; step < 40; step++) {
      training.forwardBackward(List.of(Datum.supervised(tokens)), LossFunction.CROSS_ENTROPY);
      training.optimStep(AdamParams.builder().learningRate(0.01).build()).join();
    }
    path = TinkerPath.parse(training.saveWeightsForSampler("chat").join().path());
  }

  @AfterAll
  static void stop() {
    service.close();
    server.close();
  }

  @Test
  void openAiJava_chatsWithTheTunedModel() {
    assertThat(OpenAiJavaChat.run(service, KEY, path, "Who are you?")).isEqualTo("A tiny model.");
  }

  @Test
  void langChain4j_chatsWithTheTunedModel() {
    assertThat(LangChain4jChat.run(service, KEY, path, "Who are you?")).isEqualTo("A tiny model.");
    assertThat(LangChain4jChat.stream(service, KEY, path, "Who are you?"))
        .isEqualTo("A tiny model.");
  }
}
