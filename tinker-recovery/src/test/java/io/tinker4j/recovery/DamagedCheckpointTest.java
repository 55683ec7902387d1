package io.tinker4j.recovery;

import static io.tinker4j.testkit.fault.RequestMatcher.operation;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tinker4j.recovery.RecoveryEvent.CheckpointSelected;
import io.tinker4j.recovery.journal.CheckpointRecord;
import io.tinker4j.recovery.validation.CheckpointValidator;
import io.tinker4j.testkit.fault.Fault;
import io.tinker4j.testkit.fault.FaultScript;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The newest checkpoint is damaged where the server keeps it; the older ones are good. */
@Timeout(60)
class DamagedCheckpointTest {
  private final Path directory;
  private final Path data;
  private final TestRuns runs;
  private final List<RecoveryEvent> events = Collections.synchronizedList(new ArrayList<>());

  DamagedCheckpointTest(@TempDir Path directory) {
    this.directory = directory;
    data = directory.resolve("server");
    runs = TestRuns.on(server -> server.dataDirectory(data));
  }

  @AfterEach
  void stop() {
    runs.close();
  }

  /** What becomes of the files of a checkpoint. */
  enum Damage {
    DELETED {
      @Override
      void to(Path file) throws IOException {
        Files.delete(file);
      }
    },
    TRUNCATED {
      @Override
      void to(Path file) throws IOException {
        byte[] all = Files.readAllBytes(file);
        Files.write(file, Arrays.copyOf(all, all.length / 2));
      }
    },
    FLIPPED {
      @Override
      void to(Path file) throws IOException {
        byte[] all = Files.readAllBytes(file);
        all[7] ^= 0x40; // in a tensor file, of the length of its header
        Files.write(file, all);
      }
    },
    EMPTIED {
      @Override
      void to(Path file) throws IOException {
        Files.write(file, new byte[0]);
      }
    };

    abstract void to(Path file) throws IOException;
  }

  /** Stops a run behind step 25 and damages its checkpoint of step 20. */
  private Path stoppedAndDamaged(Damage damage) throws Exception {
    Path journal = directory.resolve("run-" + damage);
    List<ResumableTraining> running = new ArrayList<>();
    running.add(
        runs.training(30, journal)
            .schedule(CheckpointSchedule.builder().everySteps(10).onClose(false).build())
            .onStep(result -> {
              if (result.step() == 25) {
                running.get(0).stop();
              }
            })
            .build());
    String model = running.get(0).resumeOrStart().modelId();
    Path files =
        data.resolve("runs").resolve(model.replace(':', '_')).resolve("weights/step-000020");
    try (Stream<Path> all = Files.list(files)) {
      for (Path each : all.toList()) {
        damage.to(each);
      }
    }
    return journal;
  }

  @ParameterizedTest
  @EnumSource
  void newestCheckpoint_damagedOnTheServer_isFollowedByAnOlderOne(Damage damage) throws Exception {
    String clean = runs.cleanWeights(30, directory.resolve("clean-" + damage));
    Path journal = stoppedAndDamaged(damage);

    RunResult result = runs.training(30, journal).listener(events::add).build().resumeOrStart();

    assertThat(events)
        .filteredOn(CheckpointSelected.class::isInstance)
        .last()
        .returns(10L, event -> ((CheckpointSelected) event).step());
    assertThat(events).filteredOn(RecoveryEvent.CheckpointRejected.class::isInstance).isNotEmpty();
    assertThat(runs.server.weightsHash(result.modelId())).isEqualTo(clean);
    assertThat(JournalVerification.verify(journal).isSound()).isTrue();
  }

  @ParameterizedTest
  @EnumSource
  void recoverNow_withArchiveValidation_passesTheDamagedOneToo(Damage damage) throws Exception {
    Path journal = stoppedAndDamaged(damage);
    RecoveryPolicy closely =
        RecoveryPolicy.builder().validation(CheckpointValidator.Level.ARCHIVE).build();

    CheckpointRecord recovered = runs.training(30, journal).policy(closely).build().recoverNow();

    assertThat(recovered.step()).isEqualTo(10);
  }

  @Test
  void serverWithADamagedCheckpoint_startsAgainWithTheOthers() throws Exception {
    Path journal = stoppedAndDamaged(Damage.EMPTIED);
    runs.server.restart();

    CheckpointRecord recovered = runs.training(30, journal).build().recoverNow();

    assertThat(recovered.step()).isEqualTo(10);
  }

  @Test
  void onlyOneAttempt_triesTheOlderOneWithinIt() throws Exception {
    Path journal = stoppedAndDamaged(Damage.TRUNCATED);
    RecoveryPolicy once = RecoveryPolicy.builder().maxAttempts(1).build();

    RunResult result = runs.training(30, journal).policy(once).build().resumeOrStart();

    assertThat(result.isComplete()).isTrue();
    assertThat(result.replayed()).isBetween(15L, 17L);
  }

  @Test
  void loadsThatFailNowAndThen_leadToNoOlderCheckpoint() throws Exception {
    Path journal = directory.resolve("run");
    runs.server.setFaults(
        FaultScript.of(
            Fault.on(operation("optim_step")).nth(25).poisonRun(),
            Fault.on(operation("load_weights")).nth(1).expirePromise()));

    RunResult result = runs.training(30, journal).listener(events::add).build().resumeOrStart();

    assertThat(result.isComplete()).isTrue();
    assertThat(events)
        .filteredOn(CheckpointSelected.class::isInstance)
        .allMatch(event -> ((CheckpointSelected) event).step() == 20);
  }

  @Test
  void everyCheckpoint_ofWhichNoneCanBeLoaded_endsTheRunWithoutTrainingItAllAgain()
      throws Exception {
    Path journal = stoppedAndDamaged(Damage.EMPTIED);
    runs.server.setFaults(FaultScript.of(Fault.on(operation("load_weights")).answer(500)));

    assertThatThrownBy(
            () -> runs.training(30, journal).listener(events::add).build().resumeOrStart())
        .isInstanceOf(RecoveryFailedException.class);

    assertThat(events)
        .filteredOn(CheckpointSelected.class::isInstance)
        .extracting(event -> ((CheckpointSelected) event).step())
        .contains(20L, 10L, 0L);
  }
}
