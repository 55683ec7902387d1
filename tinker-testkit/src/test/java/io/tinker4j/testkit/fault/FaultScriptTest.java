package io.tinker4j.testkit.fault;

import static io.tinker4j.testkit.fault.RequestMatcher.any;
import static io.tinker4j.testkit.fault.RequestMatcher.operation;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** When faults happen, and scripts as JSON. */
class FaultScriptTest {
  private static FaultTarget target(String operation) {
    return new FaultTarget(operation, Map.of("accept", "x"), "né".getBytes(StandardCharsets.UTF_8));
  }

  /** The numbers, from 1, of the requests that something happens to. */
  private static List<Integer> firings(FaultScript script, int requests) {
    FaultInjector injector = FaultInjector.of(script);
    List<Integer> fired = new ArrayList<>();
    for (int i = 1; i <= requests; i++) {
      if (!injector.next(target("a"), i * 1_000_000_000L).isEmpty()) {
        fired.add(i);
      }
    }
    return fired;
  }

  @Test
  void when_saysWhichRequests() {
    assertThat(firings(FaultScript.of(Fault.on(any()).duplicate()), 3)).containsExactly(1, 2, 3);
    assertThat(firings(FaultScript.of(Fault.on(any()).nth(2).duplicate()), 4)).containsExactly(2);
    assertThat(firings(FaultScript.of(Fault.on(any()).from(3).duplicate()), 4))
        .containsExactly(3, 4);
    assertThat(firings(FaultScript.of(Fault.on(any()).from(2).times(2).duplicate()), 5))
        .containsExactly(2, 3);
    assertThat(
            firings(
                FaultScript.of(Fault.on(any()).from(2).during(Duration.ofSeconds(2)).duplicate()),
                6))
        .containsExactly(2, 3);
    assertThat(firings(FaultScript.of(Fault.on(operation("b")).duplicate()), 3)).isEmpty();
  }

  @Test
  void probability_sameSeed_givesTheSameFaults() {
    FaultScript script = FaultScript.of(Fault.on(any()).withProbability(0.1).duplicate());

    List<Integer> first = firings(script.withSeed(7), 1000);

    assertThat(first).hasSizeBetween(60, 140).isEqualTo(firings(script.withSeed(7), 1000));
    assertThat(firings(script.withSeed(8), 1000)).isNotEqualTo(first);
  }

  @Test
  void probability_ofEachFault_isDrawnApart() {
    Fault half = Fault.on(any()).withProbability(0.5).duplicate();
    FaultInjector injector = FaultInjector.of(FaultScript.of(half, half));
    int[] sizes = new int[3];
    for (int i = 0; i < 400; i++) {
      sizes[injector.next(target("a"), 0).size()]++;
    }

    assertThat(sizes[0]).isBetween(60, 140);
    assertThat(sizes[2]).isBetween(60, 140);
  }

  @ParameterizedTest
  @CsvSource({
    "optim_step,optim_step,true",
    "optim_step,optim_steps,false",
    "*,a,true",
    "*,a/b,false",
    "**,a/b,true",
    "training_runs/*,training_runs/r,true",
    "training_runs/*,training_runs,false",
    "training_runs/**/archive,training_runs/r/checkpoints/weights/a/archive,true",
    "training_runs/**,training_runs/r/checkpoints,true",
  })
  void operation_matchesItsPath(String pattern, String path, boolean expected) {
    assertThat(operation(pattern).matches(target(path))).isEqualTo(expected);
  }

  @Test
  void matcher_headerAndBody_bothMustBeThere() {
    assertThat(any().withHeader("Accept", "x").matches(target("a"))).isTrue();
    assertThat(any().withHeader("Accept", "y").matches(target("a"))).isFalse();
    assertThat(any().withBodyContaining("é").matches(target("a"))).isTrue();
    assertThat(any().withBodyContaining("e").matches(target("a"))).isFalse();
  }

  @Test
  void json_ofEveryFault_comesBackTheSame() {
    Fault.When on =
        Fault.on(operation("a/*").withHeader("X-A", "b").withBodyContaining("c"))
            .from(2)
            .times(3)
            .withProbability(0.25)
            .during(Duration.ofMillis(1500));
    FaultScript script =
        FaultScript.of(
                on.delay(Duration.ofMillis(250)),
                on.dropBeforeExecution(),
                on.executeThenDropAnswer(),
                on.duplicate(),
                on.resetMidBody(),
                on.answer(503, "{}", Map.of("Retry-After", "2")),
                on.pauseQueue("paused_capacity", "busy"),
                on.expirePromise(),
                on.killSession(),
                on.poisonRun(),
                on.loseOptimizer(),
                on.truncateBody(),
                on.flipBit(),
                on.restartServer(Duration.ofSeconds(3)),
                Fault.on(any()).jumpClock(Duration.ofHours(-1)))
            .withSeed(Long.MAX_VALUE);

    FaultScript read = FaultScript.fromJson(script.toJson());

    assertThat(read.toJson()).isEqualTo(script.toJson());
    assertThat(read.seed()).isEqualTo(Long.MAX_VALUE);
    assertThat(read.faults().stream().map(Fault::toString))
        .isEqualTo(script.faults().stream().map(Fault::toString).toList());
    assertThat(read.faults().stream().<Class<?>>map(fault -> fault.action().getClass()))
        .containsExactlyInAnyOrder(FaultAction.class.getPermittedSubclasses());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "[]|not a JSON object",
        "{\"fault\":[]}|script.fault: not a property",
        "{\"faults\":[{\"do\":\"explode\"}]}|faults[0].do: 'explode' is not the name of a fault",
        "{\"faults\":[{\"do\":\"duplicate\",\"nht\":1}]}|faults[0].nht: not a property",
        "{\"faults\":[{\"do\":\"duplicate\",\"nth\":1.5}]}|faults[0].nth: not an integer",
        "{\"faults\":[{\"do\":\"duplicate\",\"nth\":0}]}|faults[0].nth: is 0; it must be at least"
            + " 1",
        "{\"faults\":[{\"do\":\"duplicate\",\"on\":{\"op\":\"a\"}}]}|faults[0].on.op: not a"
            + " property",
        "{\"faults\":[{\"do\":\"duplicate\",\"probability\":2}]}|probability is 2.0",
      })
  void json_wrong_saysWhere(String json, String message) {
    assertThatThrownBy(() -> FaultScript.fromJson(json))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message);
  }
}
