package io.tinker4j.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tinker4j.transport.ConflictException;
import io.tinker4j.transport.DecodeException;
import io.tinker4j.types.AdamParams;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Saves, and what becomes of them when an answer is lost. */
@Timeout(60)
class SaveTest {
  private final FakeService server = new FakeService();
  private final RecordingTime time = new RecordingTime();
  private final ServiceClient service = server.client().time(time).build();
  private final TrainingClient training = service.createLoraTrainingClient("base");

  @AfterEach
  void close() {
    service.close();
  }

  private void loseTheFirstAnswer() {
    AtomicInteger count = new AtomicInteger();
    server.on(
        "save_weights",
        call -> {
          if (count.incrementAndGet() == 1) {
            throw new IOException("the answer is lost");
          }
          return FakeService.json(409, Map.of("detail", "ResourceAlreadyExists"));
        });
  }

  private void listed(String id, Instant at) {
    server.on(
        "training_runs/m/checkpoints",
        call ->
            FakeService.json(
                200,
                Map.of(
                    "checkpoints",
                    List.of(
                        Map.of(
                            "checkpoint_id",
                            id,
                            "checkpoint_type",
                            "training",
                            "time",
                            at.toString(),
                            "tinker_path",
                            "tinker://m/weights/w")))));
  }

  @ParameterizedTest
  @ValueSource(strings = {"weights/w", "w"})
  void saveState_answerLostAndThenConflict_isTheCheckpointThatTheFirstTryMade(String id) {
    loseTheFirstAnswer();
    listed(id, time.now());

    assertThat(training.saveState("w").join().path()).isEqualTo("tinker://m/weights/w");
    training.optimStep(AdamParams.builder().build()).join();

    assertThat(server.callsTo("save_weights"))
        .extracting(call -> call.json().get("seq_id"))
        .containsExactly(1, 1);
    assertThat(server.callsTo("optim_step").get(0).json()).containsEntry("seq_id", 2);
  }

  @Test
  void saveState_answerLostAndAnOlderCheckpointHasTheName_isAConflict() {
    time.advance(Duration.ofHours(1));
    loseTheFirstAnswer();
    listed("weights/w", time.now().minus(Duration.ofMinutes(1)));

    assertThatThrownBy(() -> training.saveState("w").join())
        .cause()
        .isInstanceOf(ConflictException.class);
  }

  @Test
  void saveState_conflictAtTheFirstTry_isAConflictAtOnce() {
    server.on(
        "save_weights", call -> FakeService.json(409, Map.of("detail", "ResourceAlreadyExists")));
    listed("weights/w", time.now());

    assertThatThrownBy(() -> training.saveState("w").join())
        .cause()
        .isInstanceOf(ConflictException.class);
    assertThat(server.callsTo("save_weights")).hasSize(1);
  }

  @Tag("readiness:F1")
  @Test
  void saveState_options_areOnTheWire() {
    training
        .saveState(
            "w",
            SaveOptions.builder()
                .ttl(Duration.ofDays(1))
                .overwrite(true)
                .putUserMetadata("step", "7")
                .build())
        .join();

    assertThat(server.callsTo("save_weights").get(0).json())
        .containsEntry("path", "w")
        .containsEntry("ttl_seconds", 86_400)
        .containsEntry("overwrite", true)
        .containsEntry("user_metadata", Map.of("step", "7"));
    assertThatThrownBy(() -> SaveOptions.builder().ttl(Duration.ZERO).build())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("ttl");
    assertThatThrownBy(() -> SaveOptions.builder().ttl(Duration.ofDays(36_500)).build())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("ttl");
    assertThatThrownBy(training.saveState("")::join)
        .hasCauseInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("name");
  }

  @Tag("readiness:F2")
  @Tag("readiness:F3")
  @Test
  void loadState_withAndWithoutOptimizer_saysSoOnTheWire() {
    training.loadState("tinker://m/weights/w").join();
    training.loadStateWithOptimizer("tinker://m/weights/w", "tml-other").join();

    assertThat(server.callsTo("load_weights").get(0).json())
        .containsEntry("optimizer", false)
        .doesNotContainKey("weights_access_token");
    assertThat(server.callsTo("load_weights").get(1).json())
        .containsEntry("optimizer", true)
        .containsEntry("weights_access_token", "tml-other");
  }

  @Tag("readiness:B3")
  @Test
  void optimStep_defaults_areThoseOfTheReferenceClient() {
    training.optimStep(AdamParams.builder().build()).join();

    assertThat(Golden.map(server.callsTo("optim_step").get(0).json().get("adam_params")))
        .containsEntry("learning_rate", 1e-4)
        .containsEntry("beta1", 0.9)
        .containsEntry("beta2", 0.95)
        .containsEntry("eps", 1e-12)
        .containsEntry("weight_decay", 0.0)
        .containsEntry("grad_clip_norm", 0.0);
    assertThatThrownBy(() -> AdamParams.builder().learningRate(Double.NaN).build())
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> AdamParams.builder().learningRate(-1).build())
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void optimStep_anotherOptimizer_sendsItsSettingsInsteadOfAdams() {
    training.optimStep(Map.of("type", "dimuon", "learning_rate", 0.5)).join();

    assertThat(server.callsTo("optim_step").get(0).json())
        .containsEntry("optimizer_params", Map.of("type", "dimuon", "learning_rate", 0.5))
        .doesNotContainKey("adam_params");
    assertThatThrownBy(training.optimStep(Map.of("learning_rate", 0.5))::join)
        .hasCauseInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("type");
  }

  @Test
  void unload_afterASubmissionThatFailedForGood_isSentAllTheSame() {
    server.on("optim_step", call -> FakeService.json(200, Map.of("no", "promise")));
    assertThatThrownBy(training.optimStep(AdamParams.builder().build())::join)
        .hasCauseInstanceOf(DecodeException.class);
    assertThatThrownBy(training.optimStep(AdamParams.builder().build())::join)
        .hasCauseInstanceOf(TrainingHaltedException.class);

    training.unload().join();

    assertThat(server.callsTo("unload_model")).hasSize(1);
  }

  @Test
  void unload_afterOtherOperations_isSentBehindThemAndEndsTheClient() {
    CompletableFuture<?> step = training.optimStep(AdamParams.builder().build());
    training.unload().join();
    step.join();

    assertThat(
            server.calls.stream()
                .map(FakeService.Call::path)
                .filter(List.of("optim_step", "unload_model")::contains))
        .containsExactly("optim_step", "unload_model");
    assertThat(server.callsTo("unload_model").get(0).json()).containsEntry("model_id", "m");
    assertThatThrownBy(() -> training.optimStep(AdamParams.builder().build()).join())
        .cause()
        .isInstanceOf(TrainingHaltedException.class)
        .hasMessageContaining("unloaded");
  }

  @Test
  void saveWeightsExternal_name_takesAPlaceInTheOrder() {
    assertThat(
            training
                .saveWeightsExternal("w", SaveOptions.builder().build(), List.of("age1x"))
                .join()
                .path())
        .isNotEmpty();

    assertThat(server.callsTo("save_weights_external").get(0).json())
        .containsEntry("seq_id", 1)
        .containsEntry("path", "w")
        .containsEntry("age_encryption_recipients", List.of("age1x"));
  }
}
