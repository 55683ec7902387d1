package io.tinker4j.examples;

import io.tinker4j.recipes.evaluation.Benchmark;
import io.tinker4j.recipes.evaluation.BenchmarkResult;
import io.tinker4j.recipes.evaluation.Grader;
import io.tinker4j.recipes.evaluation.PairedDifference;
import io.tinker4j.recipes.rollout.RolloutOptions;
import io.tinker4j.recipes.rollout.TokenCompleter;
import io.tinker4j.text.renderer.Renderer;
import io.tinker4j.text.renderer.Renderers;
import io.tinker4j.text.tokenizer.Tokenizers;
import io.tinker4j.training.SamplingClient;
import io.tinker4j.training.ServiceClient;
import java.io.IOException;
import java.nio.file.Path;

/** Grades two models on a benchmark from a file, and says whether one is really better. */
public final class BenchmarkRun {
  private static final Renderer RENDERER = Renderers.of("role_colon", Tokenizers.bytes());

  private BenchmarkRun() {}

  /** Uses the server and the key that TINKER_BASE_URL and TINKER_API_KEY name. */
  public static void main(String[] args) throws IOException {
    try (ServiceClient service = ServiceClient.create()) {
      SamplingClient base = service.createSamplingClient("tinker4j/tiny-bytes");
      SamplingClient tuned = service.createSamplingClientFromPath(args[1]);
      PairedDifference difference = run(Path.of(args[0]), base, tuned);
      System.out.printf("%+.3f %s%n", difference.mean(), difference.interval());
    }
  }

  /** Returns by how much the second model is better, task by task. */
  static PairedDifference run(Path file, SamplingClient base, SamplingClient tuned)
      throws IOException {
    Benchmark benchmark = Benchmark.read(file);
    BenchmarkResult before = evaluate(benchmark, base);
    BenchmarkResult after = evaluate(benchmark, tuned);
    System.out.println(before.mean() + " " + before.confidenceInterval(0.95));
    System.out.println(after.mean() + " " + after.confidenceInterval(0.95));
    return after.minus(before);
  }

  private static BenchmarkResult evaluate(Benchmark benchmark, SamplingClient model) {
    RolloutOptions options = RolloutOptions.builder(8).temperature(0).build();
    Grader grader = (row, answer) -> answer.strip().startsWith(row.answer()) ? 1 : 0;
    return benchmark.evaluate(TokenCompleter.of(model), RENDERER, grader, options);
  }
}
