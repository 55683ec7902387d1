package io.tinker4j.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.tinker4j.testkit.EmbeddedTinkerServer;
import io.tinker4j.testkit.Personality;
import io.tinker4j.types.ClientConfigResponse;
import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The conformance suite is a guest: it needs little room and leaves nothing of its own behind. */
class ConformanceGuestTest {
  /** Room for one model of somebody else and two of the suite. */
  private static EmbeddedTinkerServer server(Personality personality) {
    return EmbeddedTinkerServer.builder()
        .personality(personality)
        .adapterSlots(3)
        .slotTimeout(Duration.ofDays(1))
        .sessionTimeout(Duration.ofDays(1))
        .holdTime(Duration.ofMillis(50))
        .clientConfig(ClientConfigResponse.builder().pjwtAuthEnabled(true).build())
        .start();
  }

  private static ConformanceReport run(EmbeddedTinkerServer server) throws InterruptedException {
    return ConformanceSuite.of(server.baseUrl(), "tml-test").run(result -> {});
  }

  @ParameterizedTest
  @EnumSource
  void suite_leavesModelsAndCheckpointsAsTheyWere(Personality personality) throws Exception {
    try (EmbeddedTinkerServer server = server(personality);
        Guest client = new Guest(server)) {
      String session = client.createSession();
      String mine = client.createModel(session, 0);
      assertThat(client.save(mine, 1, "mine")).endsWith("/weights/mine");
      String weights = server.weightsHash(mine);
      Set<String> before = client.checkpoints();

      ConformanceReport report = run(server);

      assertThat(client.checkpoints()).isEqualTo(before).hasSize(1);
      assertThat(server.weightsHash(mine)).isEqualTo(weights);
      assertThat(client.createModel(session, 1)).isNotEmpty();
      assertThat(client.createModel(session, 2)).isNotEmpty();
      assertThat(report.results())
          .extracting(ConformanceResult::detail)
          .noneMatch(detail -> detail.contains("Maximum number"))
          .noneMatch(detail -> detail.contains("no answer"));
    }
  }

  @Test
  void suite_finishesItsSessions() throws Exception {
    try (EmbeddedTinkerServer server = server(Personality.HOSTED);
        Guest client = new Guest(server)) {
      String mine = client.createSession();

      ConformanceReport report = run(server);

      assertThat(server.openSessions()).containsExactly(mine);
      assertThat(report.count(Verdict.SUPPORTED)).isEqualTo(report.results().size());
      assertThat(report.leftBehind()).isEmpty();
    }
  }

  /** SkyRL has no way to finish a session. */
  @Test
  void suite_whereSessionsCannotBeFinished_saysWhichAreLeft() throws Exception {
    try (EmbeddedTinkerServer server = server(Personality.SKYRL)) {
      ConformanceReport report = run(server);

      assertThat(report.leftBehind()).hasSameSizeAs(server.openSessions());
      assertThat(server.openSessions())
          .allMatch(session ->
              report.leftBehind().stream().anyMatch(left -> left.contains("session " + session)));
      assertThat(report.toTable()).contains("left behind, ").contains("/finish → 404");
    }
  }

  @Test
  void suite_whereThereIsNoRoom_saysWhatItCouldNotJudge() throws Exception {
    try (EmbeddedTinkerServer server = server(Personality.HOSTED);
        Guest client = new Guest(server)) {
      String session = client.createSession();
      for (int number = 0; number < 3; number++) {
        assertThat(client.createModel(session, number)).isNotEmpty();
      }

      ConformanceReport report = run(server);

      assertThat(report.results())
          .filteredOn(result -> result.verdict() == Verdict.NOT_JUDGED)
          .extracting(result -> result.which().id())
          .contains("get-info", "optim-step", "save-weights", "get-info-without-model-id")
          .doesNotContain("create-model", "healthz", "sample-binary");
      assertThat(report.results())
          .filteredOn(result -> result.verdict() == Verdict.NOT_JUDGED)
          .extracting(ConformanceResult::detail)
          .allMatch(detail -> detail.contains("Maximum number of LoRA adapters"));
      assertThat(report.toTable()).containsPattern("not judged, \\d+ cases: .*Maximum number");
      assertThat(report.toJson()).contains("\"outcome\":\"not_judged\"");
      assertThat(report.leftBehind()).isEmpty();
    }
  }
}
