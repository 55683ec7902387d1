package io.tinker4j.cli.doctor;

import io.tinker4j.cli.doctor.Finding.Result;
import io.tinker4j.transport.operation.JsonCodec;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** What was found, as a table or as JSON. */
final class Report {
  private static final String ROW = "%-13s %-8s %s%n";

  private final Map<Subject, Finding> findings;

  /** Takes the findings in, each text without secrets and on one line. */
  Report(Map<Subject, Finding> findings, UnaryOperator<String> redaction) {
    this.findings = new LinkedHashMap<>();
    findings.forEach((subject, finding) ->
        this.findings.put(
            subject,
            new Finding(
                finding.result(),
                line(redaction.apply(finding.seen())),
                line(redaction.apply(finding.advice())))));
  }

  /** Servers choose some of the words: nothing of theirs may steer a terminal. */
  private static String line(String text) {
    return text.replaceAll("[\\p{Cntrl}\\p{Cf}\\u2028\\u2029]+", " ").strip();
  }

  /** Returns whether no check has failed. */
  boolean isWell() {
    return findings.values().stream().noneMatch(each -> each.result() == Result.FAILED);
  }

  String table() {
    StringBuilder table = new StringBuilder(ROW.formatted("CHECK", "RESULT", "SEEN"));
    findings.forEach((subject, finding) -> {
      table.append(ROW.formatted(subject, finding.result(), finding.seen()));
      if (!finding.advice().isEmpty()) {
        table.append(ROW.formatted("", "", "-> " + finding.advice()));
      }
    });
    return table.toString();
  }

  /** Returns an object on one line. */
  String json() {
    List<Map<String, @Nullable Object>> checks = new ArrayList<>();
    findings.forEach((subject, finding) -> {
      Map<String, @Nullable Object> check = new LinkedHashMap<>();
      check.put("check", subject.toString());
      check.put("result", finding.result().toString());
      check.put("seen", finding.seen());
      check.put("advice", finding.advice().isEmpty() ? null : finding.advice());
      checks.add(check);
    });
    Map<String, @Nullable Object> all = new LinkedHashMap<>();
    all.put("well", isWell());
    all.put("checks", checks);
    return new String(JsonCodec.write(all), StandardCharsets.UTF_8);
  }
}
