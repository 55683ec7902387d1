package io.tinker4j.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tinker4j.testkit.EmbeddedTinkerServer;
import io.tinker4j.types.ClientConfigResponse;
import java.net.http.HttpHeaders;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Whatever a case expects, there is an answer that it does not accept: each answer of a run in
 * which everything is supported is spoiled, place by place, and is no longer as expected.
 */
class MatchersCanFailTest {
  private record Seen(
      Expectation.Alternative expected, Reply reply, @Nullable Object document, Scope scope) {}

  private static final List<Seen> SEEN = new ArrayList<>();

  /** What may stand at a place instead; null takes it away. */
  private static final List<@Nullable Object> INSTEAD =
      Arrays.asList(
          null, -7, 1e9, Double.NaN, "spoiled", "", true, false, List.of(), List.of(-7), Map.of());

  @BeforeAll
  static void run() throws Exception {
    try (EmbeddedTinkerServer server =
        EmbeddedTinkerServer.builder()
            .holdTime(Duration.ofMillis(50))
            .clientConfig(ClientConfigResponse.builder().pjwtAuthEnabled(true).build())
            .start()) {
      ConformanceReport report =
          ConformanceSuite.of(server.baseUrl(), "tml-test")
              .run(
                  result -> {},
                  (expected, reply, document, scope) ->
                      SEEN.add(new Seen(expected, reply, document, scope)));

      assertThat(report.count(Verdict.SUPPORTED)).isEqualTo(report.results().size());
    }
  }

  /** A copy of a document with another value at a place. */
  private static @Nullable Object spoiled(
      @Nullable Object document, List<String> steps, @Nullable Object value) {
    if (steps.isEmpty()) {
      return value;
    }
    String step = steps.get(0);
    List<String> rest = steps.subList(1, steps.size());
    if (document instanceof List<?> list && step.matches("\\d+")) {
      List<@Nullable Object> copy = new ArrayList<>(list);
      int index = Integer.parseInt(step);
      Object before = index < copy.size() ? copy.get(index) : null;
      if (index < copy.size()) {
        copy.set(index, spoiled(before, rest, value));
      }
      return copy;
    }
    Map<String, @Nullable Object> copy = new LinkedHashMap<>();
    if (document instanceof Map<?, ?> map) {
      map.forEach((name, each) -> copy.put(String.valueOf(name), each));
    }
    copy.put(step, spoiled(copy.get(step), rest, value));
    return copy;
  }

  private static boolean accepts(Seen seen, @Nullable Object document) throws Exception {
    try {
      seen.expected().check(seen.reply(), document, seen.scope());
      return true;
    } catch (CaseException e) {
      assertThat(e.verdict()).isEqualTo(Verdict.DIFFERS);
      return false;
    }
  }

  @Test
  void eachMatcherOfAPlace_failsForSomethingElseThere() throws Exception {
    int matchers = 0;
    for (Seen seen : SEEN) {
      Map<String, ValueMatcher> json = seen.expected().json();
      for (String pointer : json == null ? List.<String>of() : List.copyOf(json.keySet())) {
        int refused = 0;
        for (Object value : INSTEAD) {
          Object document = spoiled(seen.document(), Pointer.steps(pointer), value);
          refused += accepts(seen, document) ? 0 : 1;
        }
        matchers++;

        assertThat(refused).as("%s in %s", pointer, seen.reply().what()).isPositive();
      }
    }
    assertThat(matchers).isGreaterThan(400);
  }

  @Test
  void eachMatcherOfAHeader_failsWithoutIt() {
    HttpHeaders none = HttpHeaders.of(Map.of(), (name, value) -> true);
    List<Seen> seen = SEEN.stream().filter(each -> !each.expected().headers().isEmpty()).toList();

    assertThat(seen).hasSizeGreaterThanOrEqualTo(6);
    for (Seen each : seen) {
      Reply reply = new Reply("spoiled", each.reply().status(), none, each.reply().body());

      assertThatThrownBy(() -> each.expected().check(reply, each.document(), each.scope()))
          .isInstanceOf(CaseException.class);
    }
  }

  @Test
  void eachExpectedSize_failsForAnotherBody() {
    List<Seen> seen = SEEN.stream().filter(each -> each.expected().bytes() != null).toList();

    assertThat(seen).hasSizeGreaterThanOrEqualTo(2);
    for (Seen each : seen) {
      Reply reply =
          new Reply("spoiled", each.reply().status(), each.reply().headers(), new byte[1]);

      assertThatThrownBy(() -> each.expected().check(reply, null, each.scope()))
          .isInstanceOf(CaseException.class);
    }
  }

  @Test
  void eachExpectedError_failsWithoutADetail() {
    List<Seen> seen = SEEN.stream().filter(each -> each.expected().isError()).toList();

    assertThat(seen).hasSizeGreaterThan(150);
    for (Seen each : seen) {
      Reply reply =
          new Reply(
              "spoiled", each.reply().status(), each.reply().headers(), new byte[] {'{', '}'});

      assertThatThrownBy(() -> each.expected().check(reply, each.document(), each.scope()))
          .isInstanceOf(CaseException.class);
    }
  }

  @Test
  void eachExpectation_failsForAnotherStatus() {
    HttpHeaders none = HttpHeaders.of(Map.of(), (name, value) -> true);
    for (Seen each : SEEN) {
      Expectation expectation = new Expectation(List.of(each.expected()), false);
      Reply reply = new Reply("spoiled", 799, none, each.reply().body());

      assertThatThrownBy(() -> expectation.choose(reply, each.scope()))
          .isInstanceOf(CaseException.class)
          .hasMessageStartingWith("expected the status [");
    }
  }
}
