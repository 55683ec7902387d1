package io.tinker4j.recipes.evaluation;

import io.tinker4j.transport.operation.JsonCodec;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What a model has scored in a benchmark, task by task. Immutable. */
public final class BenchmarkResult {
  private static final double CONFIDENCE = 0.95;

  private final List<Row> rows;
  private final int failed;

  private BenchmarkResult(List<Row> rows, int failed) {
    this.rows = rows;
    this.failed = failed;
  }

  /** The scores of a task. */
  public static final class Row {
    private final String id;
    private final double[] scores;

    private Row(String id, double[] scores) {
      this.id = id;
      this.scores = scores;
    }

    /**
     * Returns the scores of a task; the array is copied.
     *
     * @throws IllegalArgumentException when there is no score
     */
    public static Row of(String id, double... scores) {
      if (scores.length == 0) {
        throw new IllegalArgumentException("row %s has no score".formatted(id));
      }
      return new Row(Objects.requireNonNull(id, "id"), scores.clone());
    }

    /** Returns the task's name. */
    public String id() {
      return id;
    }

    /** Returns the score of each answer, in a new array. */
    public double[] scores() {
      return scores.clone();
    }

    /** Returns the mean score. */
    public double mean() {
      return Arrays.stream(scores).average().orElseThrow();
    }

    private int correct() {
      return (int) Arrays.stream(scores).filter(score -> score >= 1).count();
    }

    private boolean isProportion() {
      return scores.length == 1 && (scores[0] == 0 || scores[0] == 1);
    }
  }

  /**
   * Returns a result.
   *
   * @param failed how many tasks were left out
   * @throws IllegalArgumentException when there is no row
   */
  public static BenchmarkResult of(List<Row> rows, int failed) {
    if (rows.isEmpty()) {
      throw new IllegalArgumentException("rows is empty; there is nothing to take a mean of");
    }
    return new BenchmarkResult(List.copyOf(rows), failed);
  }

  /** Returns the tasks that were graded, in order. */
  public List<Row> rows() {
    return rows;
  }

  /** Returns how many tasks were left out because an answer or a grade has failed. */
  public int failed() {
    return failed;
  }

  private double[] means() {
    return rows.stream().mapToDouble(Row::mean).toArray();
  }

  /** Returns the mean over tasks of their mean scores. */
  public double mean() {
    return Arrays.stream(means()).average().orElseThrow();
  }

  /**
   * Returns where the mean over all such tasks probably is. For one answer each, right (1) or wrong
   * (0), it is {@link ConfidenceInterval#wilson}, else {@link ConfidenceInterval#ofMean} of the
   * tasks' means.
   *
   * @param confidence above 0 and below 1, as 0.95
   * @throws IllegalArgumentException when it is not, or there are too few tasks
   */
  public ConfidenceInterval confidenceInterval(double confidence) {
    if (rows.stream().allMatch(Row::isProportion)) {
      long right = rows.stream().mapToLong(Row::correct).sum();
      return ConfidenceInterval.wilson(right, rows.size(), confidence);
    }
    return ConfidenceInterval.ofMean(means(), confidence);
  }

  /**
   * Returns the mean over tasks of {@link PassAtK#estimate}; an answer with a score of at least 1
   * is right.
   *
   * @throws IllegalArgumentException when a task has fewer than k answers
   */
  public double passAtK(int k) {
    return rows.stream()
        .mapToDouble(row -> PassAtK.estimate(row.scores.length, row.correct(), k))
        .average()
        .orElseThrow();
  }

  /**
   * Compares this result with that of another model or checkpoint, task by task: what is hard for
   * both is hard for both, and so the difference is known better than either mean.
   *
   * @throws IllegalArgumentException when fewer than two tasks are in both
   */
  public PairedDifference minus(BenchmarkResult other) {
    Map<String, Double> theirs = new LinkedHashMap<>();
    other.rows.forEach(row -> theirs.put(row.id, row.mean()));
    List<Double> differences = new ArrayList<>();
    for (Row row : rows) {
      Double their = theirs.get(row.id);
      if (their != null) {
        differences.add(row.mean() - their);
      }
    }
    return PairedDifference.of(
        differences.stream().mapToDouble(each -> each).toArray(), CONFIDENCE);
  }

  /** Returns mean, interval and counts, as a periodic evaluation reports them. */
  public Map<String, Double> metrics() {
    Map<String, Double> metrics = new LinkedHashMap<>();
    metrics.put("benchmark/mean", mean());
    if (rows.size() > 1) {
      ConfidenceInterval interval = confidenceInterval(CONFIDENCE);
      metrics.put("benchmark/low", interval.low());
      metrics.put("benchmark/high", interval.high());
    }
    metrics.put("benchmark/rows", (double) rows.size());
    metrics.put("benchmark/failed", (double) failed);
    return metrics;
  }

  /**
   * Writes the result as JSONL, one task per line, to be compared with later ones.
   *
   * @throws IOException when it cannot be written
   */
  public void write(Path file) throws IOException {
    StringBuilder lines = new StringBuilder();
    for (Row row : rows) {
      Map<String, Object> line = new LinkedHashMap<>();
      line.put("id", row.id);
      line.put("scores", Arrays.stream(row.scores).boxed().toList());
      lines.append(new String(JsonCodec.write(line), StandardCharsets.UTF_8)).append('\n');
    }
    Files.writeString(file, lines);
  }

  /**
   * Reads what {@link #write} has written; tasks that were left out are not in it.
   *
   * @throws IllegalArgumentException when it is no such file
   * @throws IOException when it cannot be read
   */
  public static BenchmarkResult read(Path file) throws IOException {
    List<Row> rows = new ArrayList<>();
    for (String line : Files.readAllLines(file)) {
      Map<String, @Nullable Object> row = JsonCodec.readMap(line.getBytes(StandardCharsets.UTF_8));
      if (!(row.get("id") instanceof String id) || !(row.get("scores") instanceof List<?> scores)) {
        throw new IllegalArgumentException(
            "%s has a line without id and scores; it is no result".formatted(file));
      }
      rows.add(Row.of(id, scores.stream().mapToDouble(BenchmarkResult::number).toArray()));
    }
    return of(rows, 0);
  }

  private static double number(Object score) {
    if (score instanceof Number number) {
      return number.doubleValue();
    }
    throw new IllegalArgumentException("a score is no number: " + score);
  }

  @Override
  public String toString() {
    return "BenchmarkResult{mean %s of %d tasks, %d failed}".formatted(mean(), rows.size(), failed);
  }
}
