package io.tinker4j.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.tinker4j.testkit.time.ManualTime;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A server with room for few models. */
@Timeout(60)
class AdapterSlotsTest {
  private static Map<String, @Nullable Object> create(
      WireClient client, String session, int number) {
    return client.await(
        client.submit(
            "create_model",
            """
            {"session_id": "%s", "model_seq_id": %d, "base_model": "tinker4j/nano-bytes",
             "lora_config": {"rank": 4}}
            """
                .formatted(session, number)));
  }

  private static void assertFull(Map<String, @Nullable Object> answer) {
    assertThat(answer)
        .containsEntry("error", "Maximum number of LoRA adapters (2) reached")
        .containsEntry("category", "server");
  }

  @Test
  void modelBeyondTheSlots_fails_untilAnotherIsUnloaded_alsoAfterARestart() {
    try (EmbeddedTinkerServer server =
            EmbeddedTinkerServer.builder().keepsStateInMemory(true).adapterSlots(2).start();
        WireClient client = new WireClient(server)) {
      String session = client.createSession();
      String first = WireClient.text(create(client, session, 0), "model_id");
      create(client, session, 1);

      assertFull(create(client, session, 2));
      server.restart();
      assertFull(create(client, session, 3));
      client.run("unload_model", "{\"model_id\":\"%s\"}".formatted(first));

      assertThat(create(client, session, 4)).containsKey("model_id");
      assertFull(create(client, session, 5));
    }
  }

  @Test
  void silentSession_losesItsSlots_whenTheyAreNeeded() throws Exception {
    try (ManualTime time = ManualTime.create();
        EmbeddedTinkerServer server =
            EmbeddedTinkerServer.builder()
                .time(time)
                .holdTime(Duration.ZERO)
                .sessionTimeout(Duration.ofDays(1))
                .adapterSlots(2)
                .slotTimeout(Duration.ofSeconds(100))
                .start();
        WireClient client = new WireClient(server)) {
      String silent = client.createSession();
      String lost = WireClient.text(create(client, silent, 0), "model_id");
      time.advance(Duration.ofSeconds(50));
      String heard = client.createSession();
      String kept = WireClient.text(create(client, heard, 0), "model_id");
      time.advance(Duration.ofSeconds(49));

      assertFull(create(client, heard, 1));
      time.advance(Duration.ofSeconds(21));
      String made = WireClient.text(create(client, heard, 2), "model_id");

      assertThat(client.tryPost("optim_step", WireClient.optimStep(lost, 1)).statusCode())
          .isEqualTo(404);
      assertThat(client.tryPost("optim_step", WireClient.optimStep(kept, 1)).statusCode())
          .isEqualTo(200);
      assertThat(client.tryPost("optim_step", WireClient.optimStep(made, 1)).statusCode())
          .isEqualTo(200);
    }
  }
}
