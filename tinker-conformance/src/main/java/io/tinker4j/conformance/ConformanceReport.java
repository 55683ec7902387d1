package io.tinker4j.conformance;

import io.tinker4j.transport.operation.JsonCodec;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** What a server can do: the results of a {@link ConformanceSuite}. Immutable. */
public final class ConformanceReport {
  private static final int LONGEST_DETAIL = 160;
  private static final int LONGEST_LIST = 5;

  private final String server;
  private final List<ConformanceResult> results;
  private final List<String> leftBehind;

  ConformanceReport(String server, List<ConformanceResult> results, List<String> leftBehind) {
    this.server = server;
    this.results = List.copyOf(results);
    this.leftBehind = List.copyOf(leftBehind);
  }

  /** Returns all results in the order of the cases. */
  public List<ConformanceResult> results() {
    return results;
  }

  /**
   * Returns what the suite has made and the server would not let go, each with its case and the
   * reason; empty when all is as it was before.
   */
  public List<String> leftBehind() {
    return leftBehind;
  }

  /** Returns how many cases ended so. */
  public long count(Verdict verdict) {
    return results.stream().filter(result -> result.verdict() == verdict).count();
  }

  /**
   * Returns a table for people: each case, then the sums by section, what could not be judged and
   * why, and what was left behind.
   */
  public String toTable() {
    List<String> lines = new ArrayList<>();
    for (ConformanceResult result : results) {
      ConformanceCase which = result.which();
      lines.add(
          "%-10s  %-5s  %-44s  %s%s"
              .formatted(
                  name(result.verdict()).replace('_', ' '),
                  which.section(),
                  which.id(),
                  which.title(),
                  result.detail().isEmpty() ? "" : " | " + shortened(result.detail())));
    }
    lines.add("");
    lines.add("section  supported  refused  differs  not judged");
    bySection()
        .forEach((section, counts) -> lines.add("%-7s  %s".formatted(section, columns(counts))));
    lines.add("%-7s  %s".formatted("all", columns(counts(results))));
    notJudged()
        .forEach((reason, ids) ->
            lines.add("not judged, %d cases: %s".formatted(ids.size(), shortened(reason))));
    if (!leftBehind.isEmpty()) {
      lines.add("left behind, %d things; the first:".formatted(leftBehind.size()));
      leftBehind.stream().limit(LONGEST_LIST).forEach(each -> lines.add("  " + shortened(each)));
    }
    return String.join("\n", lines);
  }

  /** The cases that could not be judged, by the reason. */
  private Map<String, List<String>> notJudged() {
    Map<String, List<String>> reasons = new LinkedHashMap<>();
    for (ConformanceResult result : results) {
      if (result.verdict() == Verdict.NOT_JUDGED) {
        reasons
            .computeIfAbsent(result.detail(), reason -> new ArrayList<>())
            .add(result.which().id());
      }
    }
    return reasons;
  }

  private static String columns(Map<Verdict, Integer> counts) {
    return "%9d  %7d  %7d  %10d"
        .formatted(
            counts.getOrDefault(Verdict.SUPPORTED, 0),
            counts.getOrDefault(Verdict.REFUSED, 0),
            counts.getOrDefault(Verdict.DIFFERS, 0),
            counts.getOrDefault(Verdict.NOT_JUDGED, 0));
  }

  private Map<String, Map<Verdict, Integer>> bySection() {
    Map<String, List<ConformanceResult>> groups = new TreeMap<>();
    for (ConformanceResult result : results) {
      groups.computeIfAbsent(result.which().section(), key -> new ArrayList<>()).add(result);
    }
    Map<String, Map<Verdict, Integer>> counts = new TreeMap<>();
    groups.forEach((section, group) -> counts.put(section, counts(group)));
    return counts;
  }

  private static Map<Verdict, Integer> counts(List<ConformanceResult> results) {
    Map<Verdict, Integer> counts = new EnumMap<>(Verdict.class);
    results.forEach(result -> counts.merge(result.verdict(), 1, Integer::sum));
    return counts;
  }

  private static String shortened(String detail) {
    String line = detail.replaceAll("\\s+", " ");
    return line.length() <= LONGEST_DETAIL ? line : line.substring(0, LONGEST_DETAIL) + "…";
  }

  private static String name(Verdict verdict) {
    return verdict.name().toLowerCase(Locale.ROOT);
  }

  /**
   * Returns one JSON object: the server, the counts, the cases with their outcomes, and what was
   * left behind.
   */
  public String toJson() {
    Map<String, Object> root = new LinkedHashMap<>();
    root.put("server", server);
    for (Verdict verdict : Verdict.values()) {
      root.put(name(verdict), count(verdict));
    }
    root.put("cases", results.stream().map(ConformanceReport::toFields).toList());
    root.put("left_behind", leftBehind);
    return new String(JsonCodec.write(root), StandardCharsets.UTF_8);
  }

  private static Map<String, Object> toFields(ConformanceResult result) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("id", result.which().id());
    fields.put("section", result.which().section());
    fields.put("checks", result.which().title());
    fields.put("outcome", name(result.verdict()));
    if (!result.detail().isEmpty()) {
      fields.put("detail", result.detail());
    }
    return fields;
  }
}
