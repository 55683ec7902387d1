package io.tinker4j.verify;

import static org.assertj.core.api.Assertions.assertThat;

import io.tinker4j.testkit.EmbeddedTinkerServer;
import io.tinker4j.testkit.conformance.ConformanceCase;
import io.tinker4j.testkit.conformance.ConformanceReport;
import io.tinker4j.testkit.conformance.ConformanceResult;
import io.tinker4j.testkit.conformance.ConformanceSuite;
import io.tinker4j.testkit.conformance.Verdict;
import io.tinker4j.testkit.fault.Fault;
import io.tinker4j.testkit.fault.FaultScript;
import io.tinker4j.testkit.fault.RequestMatcher;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** The embedded server does what the wire protocol says, seen from outside. */
class ConformanceTest {
  /**
   * What the embedded server does not do yet, by reason. Each entry is a debt: when the server
   * learns it, the test fails until the entry is gone. To be empty in the end.
   */
  private static final Map<String, List<String>> PENDING =
      Map.ofEntries(
          Map.entry("a null in a required field is to be named", List.of("error-violation-place")),
          Map.entry(
              "endpoint: archive",
              List.of(
                  "archive-url",
                  "archive-expires",
                  "archive-bytes",
                  "archive-range",
                  "archive-unknown")),
          Map.entry(
              "endpoint: audit", List.of("audit-log", "audit-log-entry", "audit-log-bad-type")),
          Map.entry("endpoint: auth/token", List.of("auth-token", "auth-token-usable")),
          Map.entry(
              "endpoint: billing/usage/events",
              List.of("billing-usage", "billing-window", "billing-events")),
          Map.entry(
              "endpoint: checkpoints of a user",
              List.of("checkpoints-without-key", "user-checkpoints", "user-checkpoints-limit")),
          Map.entry(
              "endpoint: deleting checkpoints",
              List.of("delete-checkpoint", "delete-checkpoint-gone", "delete-checkpoint-unknown")),
          Map.entry(
              "endpoint: publish",
              List.of(
                  "publish", "publish-twice", "unpublish", "unpublish-private", "publish-unknown")),
          Map.entry(
              "endpoint: sessions, their projects and trace exports",
              List.of(
                  "get-session",
                  "get-session-runs",
                  "get-session-unknown",
                  "list-sessions",
                  "list-sessions-limit",
                  "session-project",
                  "session-project-missing",
                  "trace-export",
                  "sessions-without-key")),
          Map.entry(
              "endpoint: telemetry",
              List.of(
                  "telemetry",
                  "telemetry-sessionless",
                  "telemetry-empty",
                  "telemetry-without-events",
                  "telemetry-without-platform",
                  "telemetry-without-sdk-version",
                  "telemetry-without-session-id",
                  "telemetry-unknown-field",
                  "telemetry-not-json",
                  "telemetry-without-key")),
          Map.entry("endpoint: ttl", List.of("ttl-set", "ttl-clear", "ttl-zero", "ttl-unknown")),
          Map.entry("futures are to belong to a key", List.of("future-foreign")),
          Map.entry("the literal of type is to be checked", List.of("wrong-literal")),
          Map.entry(
              "unknown sampling parameters are to be dropped",
              List.of("sample-unknown-parameter")));

  @Test
  void suite_hasAtLeast150CasesWithIdsOfTheirOwn() {
    List<ConformanceCase> cases = ConformanceSuite.cases();

    assertThat(cases).hasSizeGreaterThanOrEqualTo(150);
    assertThat(cases).extracting(ConformanceCase::id).doesNotHaveDuplicates();
    assertThat(cases).extracting(ConformanceCase::section).allMatch(id -> id.matches("[0-9.]+"));
  }

  @Test
  void embeddedServer_passesAllButWhatIsPending() throws Exception {
    try (EmbeddedTinkerServer server =
        EmbeddedTinkerServer.builder().holdTime(Duration.ofMillis(50)).start()) {
      ConformanceReport report =
          ConformanceSuite.of(server.baseUrl(), "tml-test").run(result -> {});

      TreeMap<String, ConformanceResult> failed = new TreeMap<>();
      for (ConformanceResult result : report.results()) {
        if (result.verdict() != Verdict.SUPPORTED) {
          failed.put(result.which().id(), result);
        }
      }
      TreeSet<String> pending = new TreeSet<>();
      PENDING.values().forEach(pending::addAll);
      assertThat(failed.navigableKeySet()).as(() -> failed.values().toString()).isEqualTo(pending);
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

      assertThat(report.count(Verdict.DIFFERS)).isGreaterThan(report.results().size() / 2);
      assertThat(report.count(Verdict.SUPPORTED)).isLessThan(70);
      assertThat(report.toTable()).contains("differs    7.1    healthz");
      assertThat(report.toJson()).contains("\"outcome\":\"differs\"");
    }
  }
}
