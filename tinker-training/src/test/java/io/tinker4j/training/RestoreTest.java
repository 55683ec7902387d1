package io.tinker4j.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tinker4j.transport.NotFoundException;
import io.tinker4j.types.AdamParams;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Models from checkpoints, and what is left when that fails. */
@Timeout(60)
class RestoreTest {
  private static final String PATH = "tinker://r/weights/w";

  private final FakeService server = new FakeService();
  private final ServiceClient service = server.client().build();

  @AfterEach
  void close() {
    service.close();
  }

  private void checkpointOfRank8() {
    server.on(
        "weights_info",
        call ->
            FakeService.json(
                200,
                Map.of(
                    "base_model", "base", "is_lora", true, "lora_rank", 8, "train_attn", false)));
  }

  @Tag("readiness:R5")
  @Test
  void createTrainingClientFromState_checkpoint_restoresRankAndAllThreeFlags() {
    checkpointOfRank8();

    service
        .createTrainingClientFromState(
            PATH, RestoreOptions.builder().putUserMetadata("purpose", "test").build())
        .optimStep(AdamParams.builder().build())
        .join();

    Map<String, Object> lora =
        Map.of("rank", 8, "train_mlp", true, "train_attn", false, "train_unembed", true);
    assertThat(Golden.map(server.callsTo("create_model").get(0).json().get("lora_config")))
        .containsAllEntriesOf(lora);
    assertThat(server.callsTo("create_model").get(0).json())
        .containsEntry("user_metadata", Map.of("purpose", "test"));
    assertThat(server.callsTo("load_weights").get(0).json())
        .containsEntry("seq_id", 1)
        .containsEntry("optimizer", false);
    assertThat(server.callsTo("optim_step").get(0).json()).containsEntry("seq_id", 2);
  }

  @Tag("readiness:S3")
  @Test
  void createTrainingClientFromState_loadFails_freesTheNewModelAndBurnsItsNumber() {
    checkpointOfRank8();
    server.on(
        "load_weights", call -> FakeService.json(404, Map.of("detail", "no such checkpoint")));

    assertThatThrownBy(() -> service.createTrainingClientFromStateWithOptimizer(PATH))
        .isInstanceOf(NotFoundException.class)
        .hasMessageContaining("no such checkpoint");

    assertThat(server.callsTo("unload_model"))
        .singleElement()
        .satisfies(call -> assertThat(call.json()).containsEntry("model_id", "m"));
    service.createLoraTrainingClient("base");
    assertThat(server.callsTo("create_model"))
        .extracting(call -> call.json().get("model_seq_id"))
        .containsExactly(0, 1);
  }

  @Test
  void createTrainingClientFromState_notALoraCheckpoint_isRefusedBeforeAnythingIsCreated() {
    server.on(
        "weights_info",
        call -> FakeService.json(200, Map.of("base_model", "base", "is_lora", false)));

    assertThatThrownBy(() -> service.createTrainingClientFromState(PATH))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(PATH);
    assertThat(server.callsTo("create_session")).isEmpty();
  }

  @Test
  void createTrainingClientFromState_viaLoadWeights_isOneRequestAndTheFirstStepIsNumberOne() {
    server.on(
        "client/config",
        call -> FakeService.json(200, Map.of("create_model_via_load_weights", true)));

    TrainingClient training = service.createTrainingClientFromStateWithOptimizer(PATH);
    training.optimStep(AdamParams.builder().build()).join();

    assertThat(training.modelId()).isEqualTo("s:train:0");
    assertThat(server.callsTo("create_model")).isEmpty();
    assertThat(server.callsTo("load_weights").get(0).json())
        .containsEntry("session_id", "s")
        .containsEntry("model_seq_id", 0)
        .containsEntry("optimizer", true)
        .doesNotContainKeys("model_id", "seq_id");
    assertThat(server.callsTo("optim_step").get(0).json())
        .containsEntry("model_id", "s:train:0")
        .containsEntry("seq_id", 1);
  }

  @Test
  void createTrainingClientFromState_accessToken_readsAndLoadsWithItAndHidesIt() {
    checkpointOfRank8();
    RestoreOptions options = RestoreOptions.builder().weightsAccessToken("tml-source").build();

    service.createTrainingClientFromState(PATH, options);

    assertThat(server.callsTo("weights_info").get(0).headers().first("X-API-Key"))
        .hasValue("tml-source");
    assertThat(server.callsTo("create_model").get(0).headers().first("X-API-Key"))
        .hasValue("tml-test");
    assertThat(server.callsTo("load_weights").get(0).json())
        .containsEntry("weights_access_token", "tml-source");
    assertThat(options.toString()).doesNotContain("tml-source");
  }
}
