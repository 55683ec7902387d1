package io.tinker4j.testkit.observe;

import static io.tinker4j.testkit.observe.ServerAssertions.assertThatLedger;
import static io.tinker4j.testkit.observe.ServerAssertions.assertThatRequests;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tinker4j.testkit.EmbeddedTinkerServer;
import io.tinker4j.testkit.WireClient;
import io.tinker4j.testkit.fault.Fault;
import io.tinker4j.testkit.fault.FaultScript;
import io.tinker4j.testkit.fault.RequestMatcher;
import io.tinker4j.testkit.time.ManualTime;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** What the server remembers, and assertions about it. */
class ServerAssertionsTest {
  private static ExecutedOperation step(long seqId) {
    return new ExecutedOperation(
        seqId, seqId % 2 == 0 ? "optim_step" : "forward_backward", "p", "h", seqId);
  }

  private static void assertFails(ThrowingCallable assertion, String message) {
    assertThatThrownBy(assertion).isInstanceOf(AssertionError.class).hasMessageContaining(message);
  }

  @Test
  void ledger_eachStepOnce() {
    LedgerAssert good = assertThatLedger(List.of(step(1), step(2), step(3)));

    assertThat(good.hasEachStepOnce()).isSameAs(good);
    assertFails(
        () -> assertThatLedger(List.of(step(1), step(2), step(2))).hasEachStepOnce(),
        "repeated [2] and missing []");
    assertFails(
        () -> assertThatLedger(List.of(step(1), step(4))).hasEachStepOnce(),
        "repeated [] and missing [2, 3]");
    assertFails(() -> assertThatLedger(List.of(step(2), step(1))).hasEachStepOnce(), "in its turn");
  }

  @Test
  void ledger_kindsCountsAndWeights() {
    LedgerAssert ledger = assertThatLedger(List.of(step(1), step(2)));

    ledger
        .hasKinds("forward_backward", "optim_step")
        .hasCount("optim_step", 1)
        .endsWithWeights("h");
    assertFails(() -> ledger.hasKinds("optim_step"), "but they are [forward_backward, optim_step]");
    assertFails(() -> ledger.hasCount("optim_step", 2), "2 of optim_step, but there are 1");
    assertFails(() -> ledger.endsWithWeights("g"), "to end with weights g");
    assertFails(() -> assertThatLedger(List.of()).endsWithWeights("h"), "to end with weights h");
  }

  @Test
  void requests_haveOrderTimesHeadersAndBodies() {
    try (ManualTime time = ManualTime.autoAdvancing();
        EmbeddedTinkerServer server =
            EmbeddedTinkerServer.builder()
                .time(time)
                .faults(
                    FaultScript.of(
                        Fault.on(RequestMatcher.operation("healthz"))
                            .delay(Duration.ofSeconds(30))))
                .start();
        WireClient client = new WireClient(server)) {
      client.createSession();
      client.get("healthz");
      client.get("training_runs?limit=3");
      client.get("healthz");

      RecordedRequest first = server.requests().get(0);
      assertThat(first.method()).isEqualTo("POST");
      assertThat(first.path()).isEqualTo("/api/v1/create_session");
      assertThat(first.text()).contains("\"tags\"");
      assertThat(first.json()).containsEntry("sdk_version", "0");
      assertThat(first.body().remaining()).isEqualTo(first.text().length());
      assertThat(first.status()).hasValue(200);
      assertThat(first.headers().first("x-api-key")).hasValue("tml-test");
      assertThat(first.toString()).contains("POST /api/v1/create_session").doesNotContain("tml-");
      assertThat(server.requests().get(1).elapsed()).isEqualTo(Duration.ofSeconds(30));
      assertThat(server.requests().get(2).operation()).isEqualTo("training_runs");
      RequestsAssert requests = assertThatRequests(server.requests());
      requests
          .hasCount(4)
          .containInOrder("create_session", "training_runs", "healthz")
          .allHaveHeader("X-Api-Key", "tml-test")
          .of("healthz")
          .hasCount(2)
          .areApartAtLeast(Duration.ofSeconds(30));
      assertFails(() -> requests.of("healthz").hasCount(1), "of healthz to have 1 requests");
      assertFails(
          () -> requests.containInOrder("training_runs", "create_session"),
          "[create_session] did not follow");
      assertFails(() -> requests.allHaveHeader("Content-Type", "x"), "Content-Type");
      assertFails(() -> requests.areApartAtLeast(Duration.ofSeconds(1)), "PT1S between all");
      assertFails(() -> requests.hasCount(5), "5 requests");
    }
  }

  @Test
  void requests_eatenByAFault_haveNoStatus() {
    try (EmbeddedTinkerServer server =
            EmbeddedTinkerServer.builder()
                .faults(FaultScript.of(Fault.on(RequestMatcher.any()).dropBeforeExecution()))
                .start();
        WireClient client = new WireClient(server)) {
      assertThatThrownBy(client::createSession).isInstanceOf(UncheckedIOException.class);
      assertThat(server.requests().get(0).status()).isEmpty();
      assertThat(server.requests().get(0).toString()).contains("no answer");
    }
  }
}
