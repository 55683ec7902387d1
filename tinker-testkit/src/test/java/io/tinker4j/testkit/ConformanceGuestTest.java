package io.tinker4j.testkit;

import static io.tinker4j.testkit.WireClient.fields;
import static io.tinker4j.testkit.WireClient.list;
import static io.tinker4j.testkit.WireClient.text;
import static org.assertj.core.api.Assertions.assertThat;

import io.tinker4j.testkit.conformance.ConformanceReport;
import io.tinker4j.testkit.conformance.ConformanceResult;
import io.tinker4j.testkit.conformance.ConformanceSuite;
import io.tinker4j.testkit.conformance.Verdict;
import io.tinker4j.types.ClientConfigResponse;
import java.time.Duration;
import java.util.Set;
import java.util.TreeSet;
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

  /** The checkpoints of all runs, by run and id. */
  private static Set<String> checkpoints(WireClient client) {
    Set<String> all = new TreeSet<>();
    for (Object run : list(client.get("training_runs?limit=1000").get("training_runs"))) {
      String id = text(fields(run), "training_run_id");
      list(client.get("training_runs/" + id + "/checkpoints").get("checkpoints"))
          .forEach(each -> all.add(id + " " + text(fields(each), "checkpoint_id")));
    }
    return all;
  }

  @ParameterizedTest
  @EnumSource
  void suite_leavesModelsAndCheckpointsAsTheyWere(Personality personality) throws Exception {
    try (EmbeddedTinkerServer server = server(personality);
        WireClient client = new WireClient(server)) {
      String session = client.createSession();
      String mine = client.createModel(session, 0);
      client.save("save_weights", mine, 1, "mine");
      String weights = server.weightsHash(mine);
      Set<String> before = checkpoints(client);

      ConformanceReport report = run(server);

      assertThat(checkpoints(client)).isEqualTo(before).hasSize(1);
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
        WireClient client = new WireClient(server)) {
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
        WireClient client = new WireClient(server)) {
      String session = client.createSession();
      for (int number = 0; number < 3; number++) {
        client.createModel(session, number);
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
