package io.tinker4j.training;

import static io.tinker4j.testkit.fault.RequestMatcher.operation;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tinker4j.testkit.EmbeddedTinkerServer;
import io.tinker4j.testkit.fault.Fault;
import io.tinker4j.testkit.fault.FaultScript;
import io.tinker4j.testkit.time.ManualTime;
import io.tinker4j.training.download.CheckpointDownload;
import io.tinker4j.transport.NotFoundException;
import io.tinker4j.types.Checkpoint;
import io.tinker4j.types.LoraConfig;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The REST client and the embedded server, over HTTP. */
@Tag("readiness:I4")
@Timeout(60)
class RestOverHttpTest {
  private static final String MODEL = "tinker4j/nano-bytes";

  @TempDir Path directory;

  private final ManualTime time = ManualTime.autoAdvancing();
  private final EmbeddedTinkerServer server =
      EmbeddedTinkerServer.builder().apiKey("tml-test").time(time).start();
  private final ServiceClient service =
      ServiceClient.builder()
          .baseUrl(server.baseUrl().toString())
          .apiKey("tml-test")
          .time(time)
          .build();
  private final RestClient rest = service.createRestClient();
  private TrainingClient training;

  @BeforeEach
  void train() {
    training = service.createLoraTrainingClient(MODEL, LoraOptions.builder().rank(4).build());
  }

  @AfterEach
  void close() {
    service.close();
    server.close();
    time.close();
  }

  private String save(String name) {
    return training.saveState(name).join().path();
  }

  private Checkpoint checkpoint(String path) {
    return rest.checkpoints().all().stream()
        .filter(each -> each.tinkerPath().equals(path))
        .findFirst()
        .orElseThrow();
  }

  // readiness: R1, R2, R3, R4, R10
  @Test
  void reading_afterTraining_tellsWhatThereIs() throws Exception {
    String first = save("zz");
    time.advance(Duration.ofSeconds(2));
    String second = save("aa");
    training.saveWeightsForSampler("s").join();
    String run = training.modelId();

    assertThat(rest.runs().get(run).isCorrupted()).isFalse();
    assertThat(rest.runs().getByTinkerPath(first).trainingRunId()).isEqualTo(run);
    assertThat(rest.runs().all()).extracting(each -> each.trainingRunId()).containsExactly(run);
    assertThat(rest.runs().all().totalCount()).hasValue(1);
    assertThat(rest.checkpoints().list(run).checkpoints()).hasSize(3);
    assertThat(rest.checkpoints().all().totalCount()).hasValue(3);
    assertThat(rest.checkpoints().latest(run).orElseThrow().tinkerPath()).isEqualTo(second);
    assertThat(rest.checkpoints().weightsInfo(first).loraRank()).hasValue(4);
    String session = rest.sessions().all().iterator().next();
    assertThat(rest.sessions().get(session).trainingRunIds()).containsExactly(run);
    assertThatThrownBy(() -> rest.runs().get("none")).isInstanceOf(NotFoundException.class);
  }

  @Test
  void account_afterTraining_isAccountedFor() {
    save("one");
    String session = rest.sessions().all().iterator().next();
    rest.sessions().assignProject(session, "p1");

    assertThat(rest.runs().all(AccessScope.OWNED, "p1")).hasSize(1);
    assertThat(rest.runs().all(AccessScope.OWNED, "p2")).isEmpty();
    assertThat(rest.getAuditLog().entries()).isNotEmpty();
    assertThat(
            rest.getAuditLog("checkpoints", time.now().atZone(ZoneOffset.UTC).toLocalDate())
                .entries())
        .isNotEmpty();
    var hour = time.now().truncatedTo(ChronoUnit.HOURS);
    assertThat(rest.billing().usage(hour.minusSeconds(3600), hour).data()).isNotNull();
    assertThat(rest.billing().checkpointStorage().data()).isNotEmpty();
    assertThat(rest.sessions().exportTrace(session)).startsWith("http");
    assertThat(rest.whoami()).isEmpty();
  }

  @Test
  void getSampler_ofASession_namesItsBaseModel() {
    service.createSamplingClient(MODEL);
    String session = rest.sessions().all().iterator().next();
    String sampler = rest.sessions().get(session).samplerIds().getFirst();

    assertThat(rest.getSampler(sampler).baseModel()).isEqualTo(MODEL);
  }

  // readiness: F5, F6
  @Test
  void changing_publishedAndExpiring_isSeenAndIdempotent() {
    String path = save("one");

    rest.checkpoints().publish(path);
    rest.checkpoints().publish(path);
    rest.checkpoints().setTtl(path, Duration.ofHours(2));
    assertThat(checkpoint(path).isPublic()).isTrue();
    assertThat(checkpoint(path).expiresAt()).isPresent();

    assertThatThrownBy(() -> rest.checkpoints().delete(path))
        .isInstanceOf(IllegalStateException.class);
    rest.checkpoints().clearTtl(path);
    rest.checkpoints().unpublish(path);
    rest.checkpoints().unpublish(path);
    assertThat(checkpoint(path).isPublic()).isFalse();
    assertThat(checkpoint(path).expiresAt()).isEmpty();

    rest.checkpoints().delete(path);
    assertThat(rest.checkpoints().all()).isEmpty();
  }

  // readiness: F5
  @Test
  void deleteCheckpoints_many_tellsOfEachInOrder() {
    List<String> paths = List.of(save("a"), save("b"), save("c"));
    rest.checkpoints().publish(paths.get(1));
    String absent = "tinker://" + training.modelId() + "/weights/none";

    var results =
        rest.checkpoints()
            .deleteAll(List.of(paths.get(0), paths.get(1), absent, paths.get(2)), false);

    assertThat(results)
        .extracting(each -> each.failure().map(e -> e.getClass().getSimpleName()).orElse("deleted"))
        .containsExactly("deleted", "IllegalStateException", "NotFoundException", "deleted");
    assertThat(rest.checkpoints().all())
        .extracting(Checkpoint::tinkerPath)
        .containsExactly(paths.get(1));
    assertThat(rest.checkpoints().deleteAll(List.of(paths.get(1)), true).getFirst().failure())
        .isEmpty();
  }

  // readiness: F7
  @Test
  void download_connectionBreaksMidway_resumesAndExtracts() {
    String path = training.saveWeightsForSampler("s").join().path();
    Path target = directory.resolve("adapter");
    server.setFaults(FaultScript.of(Fault.on(operation("downloads/*")).nth(1).resetMidBody()));

    CheckpointDownload.Result result = rest.checkpoints().download(path).extractTo(target);

    // The reset may take with it what had arrived; then the second request begins anew.
    assertThat(result.resumed()).isLessThanOrEqualTo(1);
    assertThat(server.requests().stream().filter(each -> each.path().contains("downloads/")))
        .hasSize(2);
    assertThat(target.resolve("adapter_config.json")).exists();
    assertThat(target.resolve("adapter_model.safetensors")).isNotEmptyFile();
    assertThat(directory).isDirectoryContaining(each -> each.equals(target));
    assertThat(rest.checkpoints().download(path).saveTo(directory.resolve("a.tar")).sha256())
        .isEqualTo(result.sha256());
  }

  @Test
  void externalWeights_downloadedFiles_canBeUploadedAgain() {
    String path = training.saveWeightsForSampler("s").join().path();
    Path files = directory.resolve("adapter");
    rest.checkpoints().download(path).extractTo(files);
    var started = rest.externalWeights().startUpload(MODEL, LoraConfig.builder().rank(4).build());

    for (Map.Entry<String, String> file : started.urls().entrySet()) {
      rest.externalWeights().uploadFile(file.getValue(), files.resolve(file.getKey()));
    }
    String uploaded = rest.externalWeights().finishUpload(started.uploadId());

    assertThat(uploaded).contains("/external_weights/");
    String id = uploaded.substring(uploaded.indexOf("external_weights/"));
    var urls = rest.externalWeights().urls(started.uploadId(), id).urls();
    assertThat(urls).containsOnlyKeys(started.urls().keySet());
    assertThat(files).isDirectoryContaining(each -> each.endsWith("checkpoint_complete"));
    assertThat(server.requests().stream().filter(each -> each.path().contains("uploads/")))
        .hasSize(2)
        .allSatisfy(each -> assertThat(each.headers().toString()).doesNotContain("tml-test"));
  }
}
