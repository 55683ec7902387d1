package io.tinker4j.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.tinker4j.recovery.validation.CheckpointValidator;
import io.tinker4j.training.ServiceClient;
import io.tinker4j.types.GetSessionResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class CheckpointExamplesTest {
  private final ExampleServer example = ExampleServer.start();
  private final ServiceClient service = example.connect();

  @AfterEach
  void stop() {
    service.close();
    example.close();
  }

  @Test
  void sessionsManagement_tellsWhatIsInEachSession() {
    String run = service.createLoraTrainingClient(ExampleServer.MODEL).modelId();
    try (ServiceClient other = example.connect()) {
      other.createSamplingClient(ExampleServer.MODEL);

      Map<String, GetSessionResponse> sessions = SessionsManagement.run(service.createRestClient());

      assertThat(sessions.keySet())
          .containsExactlyInAnyOrderElementsOf(example.server.openSessions());
      assertThat(sessions.values())
          .extracting(GetSessionResponse::trainingRunIds)
          .anySatisfy(runs -> assertThat(runs).containsExactly(run));
      assertThat(sessions.values())
          .extracting(GetSessionResponse::samplerIds)
          .anySatisfy(samplers -> assertThat(samplers).hasSize(1));
    }
  }

  @Test
  void checkpointsManagement_listsByRunByPageAndByExpiry() {
    CheckpointsManagement.Listing listing = CheckpointsManagement.run(service);

    assertThat(listing.ofRun())
        .containsExactlyInAnyOrder("weights/kept", "weights/for-a-day", "sampler_weights/sampler");
    assertThat(listing.firstPage()).isEqualTo(3);
    assertThat(listing.all()).isEqualTo(3);
    assertThat(listing.expiring()).singleElement().asString().endsWith("/weights/for-a-day");
  }

  @Test
  void checkpointExpiry_isSetAndRemoved() {
    String path =
        service.createLoraTrainingClient(ExampleServer.MODEL).saveState("x").join().path();

    CheckpointExpiry.Expiry expiry =
        CheckpointExpiry.run(service.createRestClient().checkpoints(), path);

    assertThat(expiry.set().orElseThrow())
        .isCloseTo(Instant.now().plus(Duration.ofDays(7)), within(1, ChronoUnit.HOURS));
    assertThat(expiry.removed()).isEmpty();
  }

  @Test
  void weightsInspection_knowsRunAdapterSamplerAndArchive() {
    WeightsInspection.Known known = WeightsInspection.run(service);

    assertThat(known.run().baseModel()).isEqualTo(ExampleServer.MODEL);
    assertThat(known.run().isCorrupted()).isFalse();
    assertThat(known.weights().loraRank()).hasValue(8);
    assertThat(known.weights().trainUnembed()).contains(false);
    assertThat(known.sampler().baseModel()).isEqualTo(ExampleServer.MODEL);
    assertThat(known.archive()).startsWith(example.server.baseUrl().toString());
  }

  @Test
  void downloadCheckpoint_isCheckedAndExtracted(@TempDir Path directory) throws Exception {
    String path =
        service.createLoraTrainingClient(ExampleServer.MODEL).saveState("x").join().path();

    DownloadCheckpoint.Downloaded downloaded =
        DownloadCheckpoint.run(service.createRestClient(), path, directory);

    assertThat(downloaded.files()).contains("adapter_config.json", "adapter_model.safetensors");
    assertThat(downloaded.archive().bytes())
        .isEqualTo(downloaded.lastProgress())
        .isEqualTo(Files.size(directory.resolve("adapter.tar")));
  }

  @Test
  void trainingPersistence_goesOnAlikeThreeTimes() {
    TrainingPersistence.Losses losses = TrainingPersistence.run(service);

    assertThat(losses.loaded()).isEqualTo(losses.wentOn());
    assertThat(losses.restored()).isEqualTo(losses.wentOn());
    assertThat(service.createRestClient().checkpoints().all())
        .singleElement()
        .satisfies(each -> assertThat(each.expiresAt()).isPresent());
  }

  @Test
  void optimizerRestoreProof_tellsTheOptimizerFromNone() {
    OptimizerRestoreProof.Losses losses = OptimizerRestoreProof.run(service);

    assertThat(losses.withOptimizer()).isEqualTo(losses.original());
    assertThat(losses.weightsOnly()).isNotEqualTo(losses.original());
  }

  @Test
  void checkpointMultiDelete_keepsThePublishedOne() {
    assertThat(CheckpointMultiDelete.run(service))
        .extracting(each -> each.failure().isPresent())
        .containsExactly(false, true, false);
    assertThat(service.createRestClient().checkpoints().all())
        .singleElement()
        .satisfies(each -> assertThat(each.checkpointId()).isEqualTo("weights/published"));
  }

  @Test
  void saveWeightsAndSample_samplesTheSameBothWays() {
    SaveWeightsAndSample.Sampled sampled = SaveWeightsAndSample.run(service);

    assertThat(sampled.texts()).hasSize(2);
    assertThat(sampled.texts().get(0)).hasSize(5).isEqualTo(sampled.texts().get(1));
    assertThat(sampled.tokenizer()).isEqualTo(ExampleServer.MODEL);
  }

  @Test
  void damagedCheckpoint_isFoundOut() {
    DamagedCheckpoint.Findings findings = DamagedCheckpoint.run(example.server);

    assertThat(findings.before()).isEmpty();
    assertThat(findings.after().orElseThrow().kind())
        .isIn(CheckpointValidator.Kind.BROKEN_ARCHIVE, CheckpointValidator.Kind.TRUNCATED);
  }
}
