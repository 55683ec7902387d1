package io.tinker4j.recovery.validation;

import static io.tinker4j.testkit.fault.RequestMatcher.operation;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tinker4j.recovery.TestRuns;
import io.tinker4j.recovery.validation.CheckpointValidator.Expectations;
import io.tinker4j.recovery.validation.CheckpointValidator.Finding;
import io.tinker4j.recovery.validation.CheckpointValidator.Kind;
import io.tinker4j.recovery.validation.CheckpointValidator.Level;
import io.tinker4j.testkit.fault.Fault;
import io.tinker4j.testkit.fault.FaultScript;
import io.tinker4j.training.LoraOptions;
import io.tinker4j.training.SaveOptions;
import io.tinker4j.training.ServiceClient;
import io.tinker4j.training.TrainingClient;
import io.tinker4j.transport.TinkerException;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

// readiness: F8, K2, U4
@Timeout(60)
class CheckpointValidatorTest {
  private static final Expectations FITTING = new Expectations(TestRuns.MODEL, OptionalInt.of(2));

  private final TestRuns runs = new TestRuns();
  private final ServiceClient service = runs.connect();
  private final TrainingClient training =
      service.createLoraTrainingClient(TestRuns.MODEL, LoraOptions.builder().rank(2).build());
  private final CheckpointValidator validator = CheckpointValidator.of(service, runs.time);

  @AfterEach
  void stop() {
    service.close();
    runs.close();
  }

  private Optional<Kind> find(String path, Level level, Expectations expected) {
    return validator.validate(path, level, expected).map(Finding::kind);
  }

  private long requests(String operation) {
    return runs.server.requests().stream().filter(each -> each.path().endsWith(operation)).count();
  }

  @Test
  void goodCheckpoint_passesAllLevels_andTheTrialModelIsFreed() {
    String path = training.saveState("good").join().path();

    assertThat(find(path, Level.LOAD, FITTING)).isEmpty();
    service.close(); // which waits for what is under way
    assertThat(requests("/load_weights")).isEqualTo(1);
    assertThat(requests("/unload_model")).isEqualTo(1);
  }

  @Test
  void checkpointThatTheServerCannotLoad_isFoundByLoadAlone() {
    String path = training.saveState("bad").join().path();
    runs.server.setFaults(
        FaultScript.of(
            Fault.on(operation("load_weights"))
                .answer(400, "{\"detail\":\"the optimizer's state does not parse\"}")));

    assertThat(find(path, Level.ARCHIVE, FITTING)).isEmpty();
    assertThat(validator.validate(path, Level.LOAD, FITTING))
        .hasValueSatisfying(finding -> {
          assertThat(finding.kind()).isEqualTo(Kind.NOT_LOADABLE);
          assertThat(finding.detail()).contains("the optimizer's state does not parse");
        });
  }

  @Test
  void serverInTrouble_saysNothingAboutTheCheckpoint() {
    String path = training.saveState("unknown").join().path();
    runs.server.setFaults(FaultScript.of(Fault.on(operation("load_weights")).answer(503)));

    assertThatThrownBy(() -> validator.validate(path, Level.LOAD, FITTING))
        .isInstanceOf(TinkerException.class);
  }

  @Test
  void metadata_tellWhatDoesNotFit() throws Exception {
    String path = training.saveState("good").join().path();
    String forSampling = training.saveWeightsForSampler("sampler").join().path();
    String shortLived =
        training
            .saveState("short", SaveOptions.builder().ttl(Duration.ofHours(1)).build())
            .join()
            .path();

    assertThat(find(path, Level.METADATA, new Expectations("other", OptionalInt.empty())))
        .contains(Kind.INCOMPATIBLE);
    assertThat(find(path, Level.METADATA, new Expectations(TestRuns.MODEL, OptionalInt.of(4))))
        .contains(Kind.INCOMPATIBLE);
    assertThat(find(forSampling, Level.METADATA, FITTING)).contains(Kind.NOT_FOR_TRAINING);
    assertThat(find(path + "x", Level.METADATA, FITTING)).contains(Kind.MISSING);
    assertThat(find(path.replace("tinker:", "tinkdr:"), Level.METADATA, FITTING))
        .contains(Kind.MISSING);
    assertThat(find(path.replace("weights/", "weights/{"), Level.METADATA, FITTING))
        .contains(Kind.MISSING);
    assertThat(find(path + "x", Level.NONE, FITTING)).isEmpty();
    assertThat(find(shortLived, Level.METADATA, FITTING)).isEmpty();
    runs.time.sleep(Duration.ofHours(2));
    assertThat(find(shortLived, Level.METADATA, FITTING))
        .isPresent()
        .get()
        .isIn(Kind.EXPIRED, Kind.MISSING);
  }
}
