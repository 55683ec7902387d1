package io.tinker4j.recipes.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.tinker4j.recipes.rollout.FailurePolicy;
import io.tinker4j.recipes.rollout.RolloutException;
import io.tinker4j.recipes.rollout.RolloutOptions;
import io.tinker4j.recipes.rollout.TokenCompleter;
import io.tinker4j.text.renderer.Renderer;
import io.tinker4j.text.renderer.Renderers;
import io.tinker4j.text.tokenizer.Tokenizers;
import io.tinker4j.types.SampledSequence;
import io.tinker4j.types.SamplingParams;
import io.tinker4j.types.StopReason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class EvaluationTest {
  private static final Renderer RENDERER = Renderers.of("role_colon", Tokenizers.bytes());

  @TempDir private Path directory;

  /** A model that answers by what its prompt has in it; by the seed, where that is wanted. */
  private interface Answers {
    String to(String prompt, long seed);
  }

  private static TokenCompleter model(Answers answers) {
    return (prompt, params) -> {
      StringBuilder text = new StringBuilder();
      for (int token : prompt.toInts()) {
        text.append((char) token);
      }
      long seed = params.seed().map(Number::longValue).orElse(0L);
      int[] tokens = (" " + answers.to(text.toString(), seed) + "\n\nUser:").chars().toArray();
      return SampledSequence.of(StopReason.STOP, tokens, new float[tokens.length]);
    };
  }

  private static RolloutOptions.Builder options() {
    return RolloutOptions.builder(20).temperature(0);
  }

  private Benchmark benchmark() throws IOException {
    Path file = directory.resolve("sums.jsonl");
    Files.writeString(
        file,
        """
        {"id": "first", "prompt": "1+1", "answer": "2"}

        {"prompt": [{"role": "user", "content": "2+2"}], "answer": 4, "level": "hard"}
        {"prompt": "3+3", "answer": "6"}
        """);
    return Benchmark.read(file);
  }

  @Test
  void wilson_hasThePublishedValues() {
    ConfidenceInterval interval = ConfidenceInterval.wilson(8, 10, 0.95);

    assertThat(interval.low()).isCloseTo(0.4902, within(1e-4));
    assertThat(interval.high()).isCloseTo(0.9433, within(1e-4));
    assertThat(ConfidenceInterval.wilson(0, 20, 0.95).low()).isZero();
    assertThat(ConfidenceInterval.wilson(0, 20, 0.95).high()).isCloseTo(0.1611, within(1e-4));
    assertThat(ConfidenceInterval.wilson(20, 20, 0.99).high()).isEqualTo(1);
    assertThatThrownBy(() -> ConfidenceInterval.wilson(3, 2, 0.95))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> ConfidenceInterval.wilson(1, 2, 95)).hasMessageContaining("as 0.95");
  }

  @Test
  void ofMean_isTheMeanAndItsErrors() {
    ConfidenceInterval interval = ConfidenceInterval.ofMean(new double[] {1, 2, 3, 4}, 0.95);

    double half = 1.959964 * Math.sqrt(5.0 / 3 / 4);
    assertThat(interval.low()).isCloseTo(2.5 - half, within(1e-5));
    assertThat(interval.high()).isCloseTo(2.5 + half, within(1e-5));
  }

  @Test
  void passAtK_isUnbiased() {
    assertThat(PassAtK.estimate(5, 2, 2)).isCloseTo(0.7, within(1e-12));
    assertThat(PassAtK.estimate(5, 0, 5)).isZero();
    assertThat(PassAtK.estimate(5, 4, 2)).isEqualTo(1);
    assertThat(PassAtK.estimate(200, 1, 100)).isCloseTo(0.5, within(1e-12));
    assertThatThrownBy(() -> PassAtK.estimate(5, 2, 6)).hasMessageContaining("k is 6");
  }

  @Test
  void benchmark_gradesEachRow() throws IOException {
    BenchmarkResult result =
        benchmark()
            .evaluate(
                model((prompt, seed) -> prompt.contains("2+2") ? "4" : "2"),
                RENDERER,
                Grader.exactMatch(),
                options().build());

    assertThat(result.rows())
        .extracting(BenchmarkResult.Row::id)
        .containsExactly("first", "3", "4");
    assertThat(result.mean()).isCloseTo(2.0 / 3, within(1e-12));
    assertThat(result.confidenceInterval(0.95)).isEqualTo(ConfidenceInterval.wilson(2, 3, 0.95));
    assertThat(result.metrics()).containsEntry("benchmark/rows", 3.0);
  }

  @Test
  void samples_haveSeedsOfTheirOwn_theSameForEachModel() throws IOException {
    TokenCompleter random = model((prompt, seed) -> Long.toString(seed % 2 == 0 ? 2 : 9));
    BenchmarkResult result =
        benchmark().evaluate(random, RENDERER, Grader.exactMatch(), options().build(), 16);

    double[] scores = result.rows().get(0).scores();
    assertThat(scores).contains(0, 1);
    assertThat(result.passAtK(1)).isCloseTo(result.mean(), within(1e-12));
    assertThat(result.passAtK(16)).isCloseTo(1.0 / 3, within(1e-12));
    assertThat(
            benchmark()
                .evaluate(random, RENDERER, Grader.exactMatch(), options().build(), 16)
                .rows()
                .get(0)
                .scores())
        .isEqualTo(scores);
  }

  @Test
  void failedRow_isLeftOutOrFails() throws IOException {
    Grader broken =
        (row, answer) -> {
          if (row.id().equals("first")) {
            throw new IllegalStateException("no sandbox");
          }
          return 1;
        };
    TokenCompleter model = model((prompt, seed) -> "1");

    BenchmarkResult result =
        benchmark()
            .evaluate(
                model,
                RENDERER,
                broken,
                options().failurePolicy(FailurePolicy.failFast().withSmallestGroup(1)).build());

    assertThat(result.failed()).isEqualTo(1);
    assertThat(result.rows()).hasSize(2);
    assertThatThrownBy(() -> benchmark().evaluate(model, RENDERER, broken, options().build()))
        .isInstanceOf(RolloutException.class)
        .hasMessageContaining("no sandbox");
  }

  @Test
  void judge_seesTaskReferenceAndAnswer() throws Exception {
    ModelJudge judge =
        ModelJudge.of(
            model((prompt, seed) ->
                prompt.contains("user: 1+1") && prompt.contains("two") && prompt.contains("II")
                    ? "Yes, it is."
                    : prompt.contains("III") ? "No." : "Perhaps"),
            RENDERER,
            SamplingParams.builder().maxTokens(10).temperature(0).build());
    BenchmarkRow row = BenchmarkRow.of("a", "1+1", "two");

    assertThat(judge.grade(row, "II")).isEqualTo(1);
    assertThat(judge.question((of, answer) -> "is it III?").grade(row, "II")).isZero();
    assertThatThrownBy(() -> judge.grade(BenchmarkRow.of("b", "2+2", "four"), "IV"))
        .hasMessageContaining("row b");
  }

  @Test
  void results_areComparedRowByRow_alsoWithOlderFiles() throws IOException {
    BenchmarkResult before =
        BenchmarkResult.of(
            List.of(row("a", 0), row("b", 1), row("c", 0), row("d", 0), row("old", 1)), 0);
    BenchmarkResult after =
        BenchmarkResult.of(List.of(row("d", 1), row("c", 1), row("b", 1), row("a", 1)), 0);
    Path file = directory.resolve("before.jsonl");
    before.write(file);

    PairedDifference difference = after.minus(BenchmarkResult.read(file));

    assertThat(difference.mean()).isEqualTo(0.75);
    assertThat(difference.better()).isEqualTo(3);
    assertThat(difference.worse()).isZero();
    assertThat(difference.isSignificant()).isTrue();
    assertThat(before.minus(before).isSignificant()).isFalse();
  }

  private static BenchmarkResult.Row row(String id, double score) {
    return BenchmarkResult.Row.of(id, score);
  }

  @Test
  void badFile_isRefusedWithItsLine() throws IOException {
    Path file = directory.resolve("bad.jsonl");
    Files.writeString(file, "{\"prompt\": \"a\"}\n{\"question\": \"b\"}\n");
    assertThatThrownBy(() -> Benchmark.read(file)).hasMessageContaining("bad.jsonl, line 2");
    BenchmarkRow row = BenchmarkRow.of("a", "b", "c");
    assertThatThrownBy(() -> Benchmark.of(List.of(row, row))).hasMessageContaining("two rows");
  }
}
