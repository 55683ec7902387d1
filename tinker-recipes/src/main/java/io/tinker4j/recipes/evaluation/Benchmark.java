package io.tinker4j.recipes.evaluation;

import io.tinker4j.recipes.rollout.Environment;
import io.tinker4j.recipes.rollout.EnvironmentGroup;
import io.tinker4j.recipes.rollout.Observation;
import io.tinker4j.recipes.rollout.RolloutEngine;
import io.tinker4j.recipes.rollout.RolloutGroup;
import io.tinker4j.recipes.rollout.RolloutOptions;
import io.tinker4j.recipes.rollout.StepResult;
import io.tinker4j.recipes.rollout.TokenCompleter;
import io.tinker4j.text.chat.Message;
import io.tinker4j.text.renderer.Renderer;
import io.tinker4j.transport.operation.JsonCodec;
import io.tinker4j.types.SampledSequence;
import io.tinker4j.types.internal.Checks;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Tasks with graded answers. Immutable.
 *
 * {@snippet :
 * Benchmark benchmark = Benchmark.read(Path.of("math.jsonl"));
 * BenchmarkResult result =
 *     benchmark.evaluate(
 *         TokenCompleter.of(sampler),
 *         renderer,
 *         Grader.exactMatch(),
 *         RolloutOptions.builder(512).temperature(0).build());
 * System.out.println(result.mean() + " " + result.confidenceInterval(0.95));
 * }
 */
public final class Benchmark {
  private final List<BenchmarkRow> rows;

  private Benchmark(List<BenchmarkRow> rows) {
    this.rows = rows;
  }

  /**
   * Returns a benchmark of these tasks.
   *
   * @throws IllegalArgumentException when there is none, or two have the same id
   */
  public static Benchmark of(List<BenchmarkRow> rows) {
    if (rows.isEmpty()) {
      throw new IllegalArgumentException("rows is empty; a benchmark has at least one");
    }
    Set<String> ids = new HashSet<>();
    for (BenchmarkRow row : rows) {
      if (!ids.add(row.id())) {
        throw new IllegalArgumentException("there are two rows with the id " + row.id());
      }
    }
    return new Benchmark(List.copyOf(rows));
  }

  /**
   * Reads tasks from a JSONL file in UTF-8, one object per line: {@code prompt}, a text or a list
   * of messages; {@code answer}, a text, if there is one; {@code id}, which is else the number of
   * the line. Blank lines are skipped. All rows are kept in memory.
   *
   * @throws IllegalArgumentException when a line is no such object, names file and line; or when
   *     {@link #of} refuses them
   * @throws IOException when the file cannot be read
   */
  public static Benchmark read(Path file) throws IOException {
    List<BenchmarkRow> rows = new ArrayList<>();
    int number = 0;
    for (String line : Files.readAllLines(file)) {
      number++;
      if (!line.isBlank()) {
        try {
          rows.add(row(number, JsonCodec.readMap(line.getBytes(StandardCharsets.UTF_8))));
        } catch (RuntimeException e) {
          throw new IllegalArgumentException(
              "%s, line %d: %s".formatted(file, number, e.getMessage()), e);
        }
      }
    }
    return of(rows);
  }

  private static BenchmarkRow row(int number, Map<String, @Nullable Object> fields) {
    Object prompt = fields.get("prompt");
    List<Message> messages =
        switch (prompt) {
          case String text -> List.of(Message.user(text));
          case List<?> list -> Message.fromList(list);
          case null, default ->
              throw new IllegalArgumentException(
                  "prompt is missing, or neither a text nor a list of messages");
        };
    Object id = fields.get("id");
    Object answer = fields.get("answer");
    return new BenchmarkRow(
        id == null ? Integer.toString(number) : id.toString(),
        messages,
        answer == null ? "" : answer.toString(),
        fields);
  }

  /** Returns the tasks, in order. */
  public List<BenchmarkRow> rows() {
    return rows;
  }

  /** Lets a model answer each task once. */
  public BenchmarkResult evaluate(
      TokenCompleter model, Renderer renderer, Grader grader, RolloutOptions options) {
    return evaluate(model, renderer, grader, options, 1);
  }

  /**
   * Lets a model answer each task several times, and grades the answers. Blocks. The seeds of
   * samples are those of tasks and answers, so that two checkpoints are asked alike. A row with a
   * failed answer or grade is left out as a whole, or fails the evaluation, as the options' failure
   * policy says.
   *
   * @param samples how many answers there are to each task, as {@link BenchmarkResult#passAtK}
   *     needs
   * @throws io.tinker4j.recipes.rollout.RolloutException when a row fails and the policy is to
   *     fail, or all do
   * @throws io.tinker4j.transport.TinkerException when sampling fails
   */
  public BenchmarkResult evaluate(
      TokenCompleter model, Renderer renderer, Grader grader, RolloutOptions options, int samples) {
    Checks.atLeast("samples", samples, 1);
    List<EnvironmentGroup> groups = new ArrayList<>();
    for (BenchmarkRow row : rows) {
      groups.add(EnvironmentGroup.of(samples, () -> new Task(row, renderer, grader)));
    }
    List<BenchmarkResult.Row> results = new ArrayList<>();
    int failed = 0;
    try (RolloutEngine engine = RolloutEngine.create(options)) {
      List<RolloutGroup> graded = engine.rollOut(model, groups, 0, 0);
      for (int i = 0; i < graded.size(); i++) {
        double[] scores = graded.get(i).trajectories().totalRewards();
        if (scores.length == samples) {
          results.add(BenchmarkResult.Row.of(rows.get(i).id(), scores));
        } else {
          failed++;
        }
      }
    }
    return BenchmarkResult.of(results, failed);
  }

  /** One answer. */
  private record Task(BenchmarkRow row, Renderer renderer, Grader grader) implements Environment {
    @Override
    public Observation initialObservation() {
      return new Observation(renderer.generationPrompt(row.prompt()), renderer.stop());
    }

    @Override
    public StepResult step(SampledSequence action) throws Exception {
      String answer = renderer.parseResponse(action.toInts()).message().text();
      return StepResult.done(grader.grade(row, answer));
    }
  }
}
