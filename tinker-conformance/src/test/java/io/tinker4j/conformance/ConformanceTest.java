package io.tinker4j.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.tinker4j.testkit.EmbeddedTinkerServer;
import io.tinker4j.testkit.fault.Fault;
import io.tinker4j.testkit.fault.FaultScript;
import io.tinker4j.testkit.fault.RequestMatcher;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The cases, and what they make of a server that is out of order. */
class ConformanceTest {
  @Test
  void suite_hasAtLeast150CasesWithIdsOfTheirOwn() {
    List<ConformanceCase> cases = ConformanceSuite.cases();

    assertThat(cases).hasSizeGreaterThanOrEqualTo(150);
    assertThat(cases).extracting(ConformanceCase::id).doesNotHaveDuplicates();
    assertThat(cases).extracting(ConformanceCase::section).allMatch(id -> id.matches("[0-9.]+"));
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
