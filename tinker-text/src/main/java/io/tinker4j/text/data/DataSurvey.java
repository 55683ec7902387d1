package io.tinker4j.text.data;

import java.util.List;

/**
 * What was found when all rows of the files were read and rendered once.
 *
 * @param rows rows that are not blank
 * @param examples training examples; a conversation may have several, one for each turn
 * @param heldOut examples that were put aside for evaluation
 * @param tokens tokens of all training examples
 * @param learnedTokens those of them with a weight
 * @param longest tokens of the longest example
 * @param truncated examples that lost their end
 * @param dropped conversations that were left out because they were too long
 * @param bad how many rows could not be used
 * @param firstBad the first of those, at most {@value #FIRST_BAD}
 */
public record DataSurvey(
    long rows,
    long examples,
    long heldOut,
    long tokens,
    long learnedTokens,
    int longest,
    long truncated,
    long dropped,
    long bad,
    List<BadRowException> firstBad) {
  /** How many bad rows are kept. */
  public static final int FIRST_BAD = 10;

  /** Copies the list. */
  public DataSurvey {
    firstBad = List.copyOf(firstBad);
  }
}
