package io.tinker4j.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.tinker4j.testkit.EmbeddedTinkerServer;
import io.tinker4j.testkit.Personality;
import io.tinker4j.testkit.fault.Fault;
import io.tinker4j.testkit.fault.FaultScript;
import io.tinker4j.testkit.fault.RequestMatcher;
import io.tinker4j.types.ClientConfigResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;

// readiness: S5
/** The embedded server does what the wire protocol says, seen from outside. */
class ConformanceTest {
  @Test
  void suite_hasAtLeast150CasesWithIdsOfTheirOwn() {
    List<ConformanceCase> cases = ConformanceSuite.cases();

    assertThat(cases).hasSizeGreaterThanOrEqualTo(150);
    assertThat(cases).extracting(ConformanceCase::id).doesNotHaveDuplicates();
    assertThat(cases).extracting(ConformanceCase::section).allMatch(id -> id.matches("[0-9.]+"));
  }

  @Test
  void embeddedServer_supportsEverything() throws Exception {
    try (EmbeddedTinkerServer server =
        EmbeddedTinkerServer.builder()
            .holdTime(Duration.ofMillis(50))
            .clientConfig(ClientConfigResponse.builder().pjwtAuthEnabled(true).build())
            .start()) {
      ConformanceReport report =
          ConformanceSuite.of(server.baseUrl(), "tml-test").run(result -> {});

      assertThat(report.results()).hasSizeGreaterThanOrEqualTo(150);
      assertThat(report.results())
          .filteredOn(result -> result.verdict() != Verdict.SUPPORTED)
          .isEmpty();
    }
  }

  /** What the capability table says of SkyRL's server; all that is not listed is supported. */
  @Test
  void skyrl_differsWhereItIsKnownTo() throws Exception {
    List<String> known = Files.readAllLines(Path.of("src/test/resources/skyrl-conformance.txt"));
    try (EmbeddedTinkerServer server =
        EmbeddedTinkerServer.builder()
            .personality(Personality.SKYRL)
            .holdTime(Duration.ofMillis(50))
            .start()) {
      ConformanceReport report =
          ConformanceSuite.of(server.baseUrl(), "tml-test").run(result -> {});

      assertThat(report.results())
          .filteredOn(result -> result.verdict() != Verdict.SUPPORTED)
          .extracting(result ->
              result.verdict().name().toLowerCase(Locale.ROOT) + " " + result.which().id())
          .containsExactlyInAnyOrderElementsOf(known);
    }
  }

  /** The suite is no rubber stamp: a server that is out of order does not pass. */
  @Test
  void faultyServer_isFoundOut() throws Exception {
    try (EmbeddedTinkerServer server =
        EmbeddedTinkerServer.builder()
            .faults(FaultScript.of(Fault.on(RequestMatcher.any()).answer(500)))
            .start()) {
      ConformanceReport report =
          ConformanceSuite.of(server.baseUrl(), "tml-test").run(result -> {});

      assertThat(report.count(Verdict.DIFFERS)).isGreaterThan(50);
      assertThat(report.count(Verdict.DIFFERS) + report.count(Verdict.NOT_JUDGED))
          .isGreaterThan(report.results().size() * 3 / 4);
      assertThat(report.count(Verdict.SUPPORTED)).isLessThan(70);
      assertThat(report.toTable()).contains("differs     7.1    healthz");
      assertThat(report.toJson()).contains("\"outcome\":\"differs\"");
    }
  }
}
