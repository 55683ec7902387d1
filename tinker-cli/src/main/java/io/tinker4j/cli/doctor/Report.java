package io.tinker4j.cli.doctor;

import io.tinker4j.cli.doctor.Finding.Result;
import io.tinker4j.cli.output.Table;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** What was found, as a table or as JSON. */
final class Report {
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

  /** Returns the same in other words. */
  Report with(UnaryOperator<String> words) {
    return new Report(findings, words);
  }

  /** Returns a row for each check, and below it one for what to do. */
  Table table() {
    List<List<String>> rows = new ArrayList<>();
    findings.forEach((subject, finding) -> {
      rows.add(List.of(subject.toString(), finding.result().toString(), finding.seen()));
      if (!finding.advice().isEmpty()) {
        rows.add(List.of("", "", "-> " + finding.advice()));
      }
    });
    return new Table("Checks", List.of("Check", "Result", "Seen"), rows);
  }

  Map<String, Object> json() {
    List<Map<String, @Nullable Object>> checks = new ArrayList<>();
    findings.forEach((subject, finding) -> {
      Map<String, @Nullable Object> check = new LinkedHashMap<>();
      check.put("check", subject.toString());
      check.put("result", finding.result().toString());
      check.put("seen", finding.seen());
      check.put("advice", finding.advice().isEmpty() ? null : finding.advice());
      checks.add(check);
    });
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("well", isWell());
    all.put("checks", checks);
    return all;
  }
}
