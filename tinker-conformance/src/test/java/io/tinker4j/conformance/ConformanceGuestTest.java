package io.tinker4j.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.tinker4j.testkit.EmbeddedTinkerServer;
import io.tinker4j.testkit.Personality;
import io.tinker4j.types.ClientConfigResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * One run of the suite on each personality of the embedded server: it finds what is known of them,
 * and it is a guest, which needs little room and leaves nothing of its own behind.
 */
// readiness: S5
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ConformanceGuestTest {
  private final Map<Personality, Visit> visits = new EnumMap<>(Personality.class);

  /** A run, and what the server looked like to somebody else before and after. */
  private record Visit(
      ConformanceReport report,
      String session,
      Set<String> openSessions,
      State before,
      State after,
      List<String> modelsAfterwards) {}

  private record State(Set<String> checkpoints, String weights) {}

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

  @BeforeAll
  void visitAll() throws Exception {
    for (Personality personality : Personality.values()) {
      visits.put(personality, visit(personality));
    }
  }

  private static Visit visit(Personality personality) throws Exception {
    try (EmbeddedTinkerServer server = server(personality);
        Guest client = new Guest(server)) {
      String session = client.createSession();
      String mine = client.createModel(session, 0);
      assertThat(client.save(mine, 1, "mine")).endsWith("/weights/mine");
      State before = new State(client.checkpoints(), server.weightsHash(mine));

      ConformanceReport report = run(server);

      Set<String> open = Set.copyOf(server.openSessions());
      State after = new State(client.checkpoints(), server.weightsHash(mine));
      List<String> models = List.of(client.createModel(session, 1), client.createModel(session, 2));
      return new Visit(report, session, open, before, after, models);
    }
  }

  private Visit visitTo(Personality personality) {
    Visit visit = visits.get(personality);
    assertThat(visit).isNotNull();
    return visit;
  }

  @Test
  void embeddedServer_supportsEverything() {
    ConformanceReport report = visitTo(Personality.HOSTED).report();

    assertThat(report.results()).hasSizeGreaterThanOrEqualTo(150);
    assertThat(report.results())
        .filteredOn(result -> result.verdict() != Verdict.SUPPORTED)
        .isEmpty();
  }

  /** What the capability table says of SkyRL's server; all that is not listed is supported. */
  @Test
  void skyrl_differsWhereItIsKnownTo() throws Exception {
    List<String> known = Files.readAllLines(Path.of("src/test/resources/skyrl-conformance.txt"));

    assertThat(visitTo(Personality.SKYRL).report().results())
        .filteredOn(result -> result.verdict() != Verdict.SUPPORTED)
        .extracting(
            result -> result.verdict().name().toLowerCase(Locale.ROOT) + " " + result.which().id())
        .containsExactlyInAnyOrderElementsOf(known);
  }

  @ParameterizedTest
  @EnumSource
  void suite_leavesModelsAndCheckpointsAsTheyWere(Personality personality) {
    Visit visit = visitTo(personality);

    assertThat(visit.after()).isEqualTo(visit.before());
    assertThat(visit.before().checkpoints()).hasSize(1);
    assertThat(visit.modelsAfterwards()).hasSize(2).doesNotContain("");
    assertThat(visit.report().results())
        .extracting(ConformanceResult::detail)
        .noneMatch(detail -> detail.contains("Maximum number"))
        .noneMatch(detail -> detail.contains("no answer"));
  }

  @Test
  void suite_finishesItsSessions() {
    Visit visit = visitTo(Personality.HOSTED);

    assertThat(visit.openSessions()).containsExactly(visit.session());
    assertThat(visit.report().leftBehind()).isEmpty();
  }

  /** SkyRL has no way to finish a session. */
  @Test
  void suite_whereSessionsCannotBeFinished_saysWhichAreLeft() {
    Visit visit = visitTo(Personality.SKYRL);
    ConformanceReport report = visit.report();

    assertThat(report.leftBehind()).hasSize(visit.openSessions().size() - 1).isNotEmpty();
    assertThat(visit.openSessions())
        .filteredOn(session -> !session.equals(visit.session()))
        .allMatch(session ->
            report.leftBehind().stream().anyMatch(left -> left.contains("session " + session)));
    assertThat(report.toTable()).contains("left behind, ").contains("/finish → 404");
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
