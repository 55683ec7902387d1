package io.tinker4j.recipes.evaluation;

import io.tinker4j.recipes.rollout.TokenCompleter;
import io.tinker4j.text.chat.Message;
import io.tinker4j.text.renderer.Renderer;
import io.tinker4j.types.SampledSequence;
import io.tinker4j.types.SamplingParams;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.function.BiFunction;

/**
 * A grader that asks a model whether an answer is right. It gives 1 for a verdict that begins with
 * yes, 0 for one that begins with no; any other verdict fails the row. As thread-safe as judge and
 * renderer are.
 */
public final class ModelJudge implements Grader {
  private final TokenCompleter judge;
  private final Renderer renderer;
  private final SamplingParams params;
  private final BiFunction<BenchmarkRow, String, String> question;

  private ModelJudge(
      TokenCompleter judge,
      Renderer renderer,
      SamplingParams params,
      BiFunction<BenchmarkRow, String, String> question) {
    this.judge = judge;
    this.renderer = renderer;
    this.params = params;
    this.question = question;
  }

  /**
   * Returns a judge that is shown the task, the reference answer and the answer.
   *
   * @param params how the verdict is sampled, usually at temperature 0; what stops it is the
   *     renderer's
   */
  public static ModelJudge of(TokenCompleter judge, Renderer renderer, SamplingParams params) {
    return new ModelJudge(
        Objects.requireNonNull(judge, "judge"),
        Objects.requireNonNull(renderer, "renderer"),
        SamplingParams.builder().from(params).stop(renderer.stop()).build(),
        ModelJudge::plainQuestion);
  }

  /** Returns the same judge that is asked another question about a row and an answer. */
  public ModelJudge question(BiFunction<BenchmarkRow, String, String> question) {
    return new ModelJudge(judge, renderer, params, Objects.requireNonNull(question, "question"));
  }

  private static String plainQuestion(BenchmarkRow row, String answer) {
    StringBuilder text = new StringBuilder("Task:\n");
    for (Message message : row.prompt()) {
      text.append(message.role()).append(": ").append(message.text()).append('\n');
    }
    return text.append("\nReference answer:\n")
        .append(row.answer())
        .append("\n\nAnswer to be graded:\n")
        .append(answer)
        .append("\n\nIs it right? Say yes or no.")
        .toString();
  }

  @Override
  public double grade(BenchmarkRow row, String answer) throws InterruptedException {
    SampledSequence sampled =
        judge.complete(
            renderer.generationPrompt(List.of(Message.user(question.apply(row, answer)))), params);
    String verdict =
        renderer.parseResponse(sampled.toInts()).message().text().strip().toLowerCase(Locale.ROOT);
    if (verdict.startsWith("yes")) {
      return 1;
    }
    if (verdict.startsWith("no")) {
      return 0;
    }
    throw new IllegalStateException(
        "the judge's verdict on row %s begins with neither yes nor no".formatted(row.id()));
  }
}
