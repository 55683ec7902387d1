package io.tinker4j.examples;

import static io.tinker4j.testkit.fault.RequestMatcher.operation;
import static org.assertj.core.api.Assertions.assertThat;

import io.tinker4j.testkit.fault.Fault;
import io.tinker4j.testkit.fault.FaultScript;
import io.tinker4j.training.Health;
import io.tinker4j.training.ServiceClient;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class SamplingExamplesTest {
  private final ExampleServer example = ExampleServer.start();
  private final ServiceClient service = example.connect();

  @AfterEach
  void stop() {
    service.close();
    example.close();
  }

  @Test
  void samplingBasic_givesTwoTexts() {
    assertThat(SamplingBasic.run(service, "the quick brown "))
        .hasSize(2)
        .doesNotHaveDuplicates()
        .allSatisfy(text -> assertThat(text).hasSizeBetween(1, 12));
  }

  @Test
  void streamingSampling_stopsBeforeTheLastSample() {
    assertThat(StreamingSampling.run(service.createSamplingClient(ExampleServer.MODEL))).hasSize(4);
    assertThat(example.requests("asample")).isLessThanOrEqualTo(16);
  }

  @Test
  void batchSampling_tellsEveryOutcome() {
    example.server.setFaults(
        FaultScript.of(Fault.on(operation("asample")).nth(3).answer(400, "{\"detail\":\"no\"}")));

    var outcomes = BatchSampling.run(service.createSamplingClient(ExampleServer.MODEL));

    assertThat(outcomes.keySet())
        .containsExactlyElementsOf(LongStream.range(0, 40).boxed().toList());
    assertThat(outcomes.values()).filteredOn(each -> each.startsWith("failed: ")).hasSize(1);
    assertThat(outcomes.values()).filteredOn("length"::equals).hasSizeGreaterThan(30);
  }

  @Test
  void capabilitiesHealthLogprobs_answersAllThree() {
    CapabilitiesHealthLogprobs.Answer answer = CapabilitiesHealthLogprobs.run(service, "hello");

    assertThat(answer.models()).containsExactly(ExampleServer.MODEL);
    assertThat(answer.health()).isEqualTo(Health.Status.UP);
    assertThat(answer.logprob()).isNegative().isFinite();
  }

  @Test
  void concurrentClients_areFourDifferentOnes() throws Exception {
    ConcurrentClients.Clients clients = ConcurrentClients.run(service);

    assertThat(clients.samplers())
        .extracting(each -> each.samplingSessionId())
        .hasSize(2)
        .doesNotHaveDuplicates();
    assertThat(example.server.weightsHash(clients.fresh().modelId()))
        .isEqualTo(example.server.weightsHash(clients.restored().modelId()));
    assertThat(clients.fresh().modelId()).isNotEqualTo(clients.restored().modelId());
  }

  @Test
  void multimodal_samplesFromTheImageAndFreesTheModel() {
    try (ExampleServer vision =
            ExampleServer.start(
                settings -> settings.baseModels("text-only", "Qwen/Qwen3-VL-30B-A3B-Instruct"));
        ServiceClient client = vision.connect()) {
      MultimodalResumeCleanup.Seen seen = MultimodalResumeCleanup.run(client);

      assertThat(seen.sampledTokens()).isBetween(1, 6);
      assertThat(seen.unloaded()).isEqualTo(seen.restored());
      assertThat(
              vision.server.requests().stream()
                  .filter(each -> each.operation().equals("create_sampling_session"))
                  .findFirst()
                  .orElseThrow()
                  .text())
          .contains("Qwen3-VL");
    }
  }
}
