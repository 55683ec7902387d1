package io.tinker4j.recovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tinker4j.recovery.journal.CheckpointRecord;
import io.tinker4j.recovery.store.JournalState;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A server that answers a save with what is no checkpoint of the model. */
@Timeout(60)
class UnusableCheckpointTest {
  private static final Pattern SAVED =
      Pattern.compile("\"path\" *: *\"tinker://([^/\"]*)/weights/([^\"]*)\"");

  @TempDir private Path directory;
  private final TestRuns runs =
      TestRuns.on(server -> server.protobufResults(false).keepsStateInMemory(true));
  private final List<RecoveryEvent> events = Collections.synchronizedList(new ArrayList<>());

  @AfterEach
  void stop() {
    runs.close();
  }

  private Path journal() {
    return directory.resolve("run");
  }

  private interface Rewrite {
    String path(String modelId, String name);
  }

  private static String rewritten(String result, Rewrite rewrite) {
    return SAVED
        .matcher(result)
        .replaceAll(saved ->
            Matcher.quoteReplacement(
                "\"path\":\"" + rewrite.path(saved.group(1), saved.group(2)) + "\""));
  }

  private ResumableTraining training(int steps, Rewrite rewrite) {
    return runs.training(steps, journal())
        .service(() ->
            runs.connecting()
                .transport(
                    new RewrittenResults(
                        runs.server.transport(), result -> rewritten(result, rewrite)))
                .build())
        .policy(RecoveryPolicy.builder().build())
        .listener(events::add)
        .build();
  }

  @ParameterizedTest(name = "\"{0}\"")
  @ValueSource(
      strings = {
        "",
        "garbage",
        "tinker://other/weights/zzz",
        "tinker://other/zzz",
        "tinker://RUN/sampler_weights/zzz",
        "tinker://RUN/external_weights/zzz",
        "tinker://RUN/weights/",
        "tinker://RUN/weights/ ",
        "tinker:///weights/zzz",
        "tinker://RUN/",
        "https://files.test/zzz"
      })
  void pathThatIsNoCheckpointOfTheModel_isAFailedSave_andTheRunIsNotComplete(String path)
      throws Exception {
    ResumableTraining training = training(6, (run, name) -> path.replace("RUN", run));

    assertThatThrownBy(training::resumeOrStart)
        .isInstanceOf(RecoveryFailedException.class)
        .hasMessageContaining("step 6 could not be saved");

    assertThat(JournalState.of(ProgressJournal.read(journal())).checkpoints()).isEmpty();
    assertThat(JournalState.of(ProgressJournal.read(journal())).finished()).isEmpty();
    assertThat(events)
        .filteredOn(RecoveryEvent.Degraded.class::isInstance)
        .first()
        .asString()
        .contains("SAVE_FAILED", path.substring(path.lastIndexOf('/') + 1) + "'");
    RunResult result = runs.training(6, journal()).build().resumeOrStart();
    assertThat(result.isComplete()).isTrue();
    assertThat(result.checkpointPath()).endsWith("weights/step-000006");
  }

  @Test
  void pathOfAnyLength_isQuotedInPart() {
    ResumableTraining training = training(6, (run, name) -> "x".repeat(100_000));

    assertThatThrownBy(training::resumeOrStart).isInstanceOf(RecoveryFailedException.class);

    assertThat(events).allSatisfy(each -> assertThat(each.toString()).hasSizeLessThan(1_000));
  }

  @Test
  void pathOfAnotherRun_once_isFollowedByASaveAtTheNextStep() throws Exception {
    RunResult result =
        training(
                25,
                (run, name) ->
                    "tinker://" + (name.equals("step-000010") ? "x" : run) + "/weights/" + name)
            .resumeOrStart();

    assertThat(result.isComplete()).isTrue();
    assertThat(result.recoveries()).isZero();
    assertThat(events)
        .extracting(event -> ((RecoveryEvent.Degraded) event).degradation())
        .contains(RecoveryEvent.Degradation.SAVE_FAILED);
    assertThat(JournalState.of(ProgressJournal.read(journal())).checkpoints())
        .extracting(CheckpointRecord::path)
        .hasSizeGreaterThanOrEqualTo(3)
        .allMatch(path -> path.startsWith("tinker://" + result.modelId() + "/weights/"));
  }

  /** Compatible servers leave the kind out. */
  @Test
  void pathOfTwoParts_isACheckpointOfTheModel() throws Exception {
    RunResult result = training(6, (run, name) -> "tinker://" + run + "/" + name).resumeOrStart();

    assertThat(result.isComplete()).isTrue();
    assertThat(result.checkpointPath()).isEqualTo("tinker://" + result.modelId() + "/step-000006");
  }
}
