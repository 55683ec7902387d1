package io.tinker4j.recipes.evaluation;

import java.util.Objects;
import java.util.function.UnaryOperator;

/** Grades answers. Must be thread-safe; may block. */
@FunctionalInterface
public interface Grader {
  /**
   * Returns how good an answer is, usually from 0 to 1, 1 being right.
   *
   * @param answer what the model has said, as text, without thoughts
   */
  double grade(BenchmarkRow row, String answer) throws Exception;

  /** Returns the grader that gives 1 for the row's answer, white space around it aside, else 0. */
  static Grader exactMatch() {
    return exactMatch(String::strip);
  }

  /**
   * Returns the grader that gives 1 when both answers are equal once they are brought into a form,
   * else 0.
   *
   * @param form for example the last number of a text
   */
  static Grader exactMatch(UnaryOperator<String> form) {
    Objects.requireNonNull(form, "form");
    return (row, answer) -> form.apply(row.answer()).equals(form.apply(answer)) ? 1 : 0;
  }
}
