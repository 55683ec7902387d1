package io.tinker4j.conformance;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What is expected of an answer: one of several, told apart by their statuses.
 *
 * @param isExact whether a server that lacks the endpoint differs; otherwise it refuses
 */
record Expectation(List<Alternative> alternatives, boolean isExact) {
  /** Status 200 with a JSON object. */
  static final Expectation ANSWER = of(Spec.of("answer", Map.of()), steps -> List.of());

  /**
   * One answer that is expected, or that ends the case with a verdict.
   *
   * @param statuses the statuses of this answer; all below this one if it is negative
   * @param when what tells this answer from others of its status, by pointer
   * @param isError whether the body says what is wrong in {@code detail}
   * @param json matchers by pointer; null when the body need not be an object
   * @param captures names by what they are given: a pointer, or {@code header:name}
   */
  record Alternative(
      List<Integer> statuses,
      Map<String, ValueMatcher> when,
      boolean isError,
      @Nullable Map<String, ValueMatcher> json,
      Map<String, ValueMatcher> headers,
      @Nullable ValueMatcher bytes,
      Map<String, String> captures,
      List<Step> then,
      @Nullable Verdict verdict,
      String because) {
    private boolean isFor(Reply reply, Scope scope) throws IOException, InterruptedException {
      int status = reply.status();
      if (statuses.stream().noneMatch(each -> each < 0 ? status < -each : status == each)) {
        return false;
      }
      for (Map.Entry<String, ValueMatcher> each : when.entrySet()) {
        Object value = Pointer.find(reply.json(), each.getKey());
        if (!each.getValue().matches(value, null, scope)) {
          return false;
        }
      }
      return true;
    }

    /** Returns when the answer, of such a status, is as expected. */
    void check(Reply reply, @Nullable Object document, Scope scope)
        throws IOException, InterruptedException {
      if (verdict != null) {
        throw CaseException.of(verdict, because + ": " + reply.what());
      }
      if (isError && !isDetail(reply.json().get("detail"))) {
        throw reply.unexpected("an error body with detail");
      }
      if (json != null) {
        for (Map.Entry<String, ValueMatcher> each : json.entrySet()) {
          Object value = Pointer.find(document, each.getKey());
          require(each, each.getValue().matches(value, document, scope), reply);
        }
      }
      for (Map.Entry<String, ValueMatcher> each : headers.entrySet()) {
        String value = reply.header(each.getKey());
        require(each, each.getValue().matches(value, null, scope), reply);
      }
      if (bytes != null && !bytes.matches(reply.body().length, null, scope)) {
        throw reply.unexpected(bytes + " bytes, found " + reply.body().length);
      }
    }

    private static boolean isDetail(@Nullable Object detail) {
      return detail instanceof String || detail instanceof List<?>;
    }

    private static void require(Map.Entry<String, ValueMatcher> rule, boolean holds, Reply reply) {
      if (!holds) {
        throw reply.unexpected(rule.getKey() + " to be " + rule.getValue());
      }
    }
  }

  /**
   * Reads what a step expects: {@code expect}, an object or a list of them, and {@code capture};
   * status 200 with a JSON object when it says nothing.
   */
  static Expectation of(Spec step, Function<List<Object>, List<Step>> steps) {
    List<Object> expected =
        step.has("expect") ? step.list("expect") : List.of(Map.of("json", Map.of()));
    List<Alternative> alternatives = new ArrayList<>();
    boolean isExact = false;
    for (Object each : expected) {
      Spec spec = Spec.of(step.place() + " expect", each);
      isExact |= spec.flag("exact");
      alternatives.add(alternative(spec, captures(step), steps));
      spec.end();
    }
    return new Expectation(alternatives, isExact);
  }

  private static Alternative alternative(
      Spec spec, Map<String, String> captures, Function<List<Object>, List<Step>> steps) {
    Map<String, String> all = new LinkedHashMap<>(captures);
    all.putAll(captures(spec));
    return new Alternative(
        statuses(spec),
        matchers(spec, "when"),
        spec.has("error"),
        spec.has("json") ? matchers(spec, "json") : null,
        matchers(spec, "headers"),
        spec.has("bytes") ? ValueMatcher.of(Spec.of(spec.place(), spec.value("bytes"))) : null,
        all,
        steps.apply(spec.list("then")),
        spec.has("verdict") ? Verdict.valueOf(spec.text("verdict").toUpperCase(Locale.ROOT)) : null,
        spec.text("because", ""));
  }

  private static List<Integer> statuses(Spec spec) {
    List<Integer> statuses = new ArrayList<>(spec.integers("status"));
    statuses.addAll(spec.integers("error"));
    spec.integers("below").forEach(limit -> statuses.add(-limit));
    return statuses.isEmpty() ? List.of(200) : statuses;
  }

  private static Map<String, ValueMatcher> matchers(Spec spec, String name) {
    Map<String, ValueMatcher> matchers = new LinkedHashMap<>();
    spec.specs(name).forEach((place, each) -> matchers.put(place, ValueMatcher.of(each)));
    return matchers;
  }

  private static Map<String, String> captures(Spec spec) {
    Map<String, String> captures = new LinkedHashMap<>();
    spec.map("capture").forEach((name, from) -> captures.put(name, String.valueOf(from)));
    return captures;
  }

  /** The alternative that an answer is judged by. */
  Alternative choose(Reply reply, Scope scope) throws IOException, InterruptedException {
    for (Alternative alternative : alternatives) {
      if (alternative.isFor(reply, scope)) {
        return alternative;
      }
    }
    List<Integer> expected =
        alternatives.stream()
            .filter(each -> each.verdict() == null)
            .flatMap(each -> each.statuses().stream())
            .toList();
    throw reply.isMissing() && !isExact
        ? CaseException.refused(reply.what())
        : reply.unexpected("the status " + expected);
  }
}
