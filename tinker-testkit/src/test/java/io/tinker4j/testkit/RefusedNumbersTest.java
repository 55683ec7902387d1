package io.tinker4j.testkit;

import static io.tinker4j.testkit.WireClient.forwardBackward;
import static io.tinker4j.testkit.WireClient.optimStep;
import static org.assertj.core.api.Assertions.assertThat;

import io.tinker4j.testkit.observe.ExecutedOperation;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of the sequence numbers of refused requests. */
@Timeout(60)
class RefusedNumbersTest {
  private static final String BAD_NAME = "{\"model_id\":\"%s\",\"seq_id\":%d,\"path\":\"step 10\"}";

  private static EmbeddedTinkerServer.Builder server(RefusedNumbers refusedNumbers) {
    return EmbeddedTinkerServer.builder()
        .refusedNumbers(refusedNumbers)
        .holdTime(Duration.ofMillis(10));
  }

  private static void refuse(WireClient client, String path, String json) {
    assertThat(client.tryPost(path, json).statusCode()).isBetween(400, 499);
  }

  @Test
  void nextNumber_afterARefusalThatUsedOne_isCarriedOut() {
    try (EmbeddedTinkerServer server = server(RefusedNumbers.USED).start();
        WireClient client = new WireClient(server)) {
      String model = client.createModel();
      refuse(client, "save_weights", BAD_NAME.formatted(model, 1));

      assertThat(client.save("save_weights", model, 2, "rescue")).endsWith("/weights/rescue");
      assertThat(client.tryPost("optim_step", optimStep(model, 1)).statusCode()).isEqualTo(409);
    }
  }

  /** The official Python client never uses a number again, refused or not. */
  @Test
  void clientThatCountsOn_whereRefusalsUseNumbers_isCarriedOutToTheEnd() {
    try (EmbeddedTinkerServer server = server(RefusedNumbers.USED).start();
        WireClient client = new WireClient(server)) {
      String model = client.createModel();
      client.run("forward_backward", forwardBackward(model, 1));
      refuse(client, "save_weights", BAD_NAME.formatted(model, 2));

      assertThat(client.run("optim_step", optimStep(model, 3))).containsKey("metrics");
      assertThat(client.save("save_weights", model, 4, "a")).endsWith("/weights/a");
      assertThat(server.ledger(model))
          .extracting(ExecutedOperation::seqId)
          .containsExactly(1L, 3L, 4L);
    }
  }

  /** On such a server the official Python client waits for as long as it is patient. */
  @Test
  void clientThatCountsOn_whereNumbersStayFree_isToldWhatAllItsRequestsWaitFor() {
    try (EmbeddedTinkerServer server = server(RefusedNumbers.FREE).start();
        WireClient client = new WireClient(server)) {
      String model = client.createModel();
      client.run("forward_backward", forwardBackward(model, 1));
      refuse(client, "save_weights", BAD_NAME.formatted(model, 2));
      String next = client.submit("optim_step", optimStep(model, 3));
      String afterNext = client.submit("optim_step", optimStep(model, 4));

      assertThat(ask(client, next))
          .containsEntry("type", "try_again")
          .containsEntry(
              "queue_state_reason", "seq_id 3 waits for seq_id 2, which has not arrived");
      assertThat(ask(client, afterNext))
          .containsEntry("type", "try_again")
          .containsEntry(
              "queue_state_reason", "seq_id 4 waits for seq_id 2, which has not arrived");
      assertThat(server.ledger(model)).hasSize(1);
    }
  }

  /** This SDK's way where refusals use no number: the next request takes the refused one's. */
  @Test
  void clientThatTakesTheNumberAgain_whereItStayedFree_isCarriedOut() {
    try (EmbeddedTinkerServer server = server(RefusedNumbers.FREE).start();
        WireClient client = new WireClient(server)) {
      String model = client.createModel();
      client.run("forward_backward", forwardBackward(model, 1));
      refuse(client, "save_weights", BAD_NAME.formatted(model, 2));

      assertThat(client.save("save_weights", model, 2, "a")).endsWith("/weights/a");
      assertThat(client.run("optim_step", optimStep(model, 3))).containsKey("metrics");
      assertThat(server.ledger(model))
          .extracting(ExecutedOperation::seqId)
          .containsExactly(1L, 2L, 3L);
    }
  }

  @Test
  void refusedNumber_thatStaysFree_isWaitedForByNameAndCanBeTaken() {
    try (EmbeddedTinkerServer server = server(RefusedNumbers.FREE).start();
        WireClient client = new WireClient(server)) {
      String model = client.createModel();
      refuse(client, "save_weights", BAD_NAME.formatted(model, 1));
      String step = client.submit("optim_step", optimStep(model, 2));

      assertThat(ask(client, step))
          .containsEntry("type", "try_again")
          .containsEntry(
              "queue_state_reason", "seq_id 2 waits for seq_id 1, which has not arrived");
      client.run("forward_backward", forwardBackward(model, 1));
      assertThat(client.await(step)).containsKey("metrics");
    }
  }

  @Test
  void promise_thatWaitsForNothingMissing_namesNoNumber() {
    try (EmbeddedTinkerServer server = server(RefusedNumbers.FREE).start();
        WireClient client = new WireClient(server)) {
      String model = client.createModel();
      String late = client.submit("optim_step", optimStep(model, 2));
      String pass = client.submit("forward_backward", forwardBackward(model, 1));
      assertThat(client.await(pass)).containsKey("metrics");
      assertThat(client.await(late)).containsKey("metrics");

      String beyond = client.submit("optim_step", optimStep(model, 5));
      assertThat(String.valueOf(ask(client, beyond).get("queue_state_reason")))
          .isEqualTo("seq_id 5 waits for seq_id 3, which has not arrived");
    }
  }

  @Test
  void refusedNumber_thatIsUsed_isUsedAfterARestart(@TempDir Path directory) {
    try (EmbeddedTinkerServer server =
            server(RefusedNumbers.USED).dataDirectory(directory).start();
        WireClient client = new WireClient(server)) {
      String model = client.createModel();
      client.train(model, 1);
      refuse(client, "save_weights", BAD_NAME.formatted(model, 3));
      refuse(client, "load_weights", "{\"model_id\":\"%s\",\"seq_id\":4}".formatted(model));

      server.restart();

      client.train(model, 5);
      assertThat(server.ledger(model)).hasSize(4);
      assertThat(client.tryPost("optim_step", optimStep(model, 4)).statusCode()).isEqualTo(409);
    }
  }

  private static Map<String, @Nullable Object> ask(WireClient client, String requestId) {
    return client.post("retrieve_future", "{\"request_id\":\"%s\"}".formatted(requestId));
  }
}
