package io.tinker4j.recipes.evaluation;

import io.tinker4j.types.internal.Checks;
import java.util.Arrays;

/**
 * By how much a model is better than another one at the same tasks.
 *
 * @param mean the mean difference; positive where the first one is better
 * @param interval where the mean over all such tasks probably is, {@link ConfidenceInterval#ofMean}
 *     of the tasks' differences
 * @param better at how many tasks the first one is better
 * @param worse at how many tasks the other one is
 */
public record PairedDifference(double mean, ConfidenceInterval interval, int better, int worse) {
  static PairedDifference of(double[] differences, double confidence) {
    Checks.atLeast("the number of tasks in both results", differences.length, 2);
    return new PairedDifference(
        Arrays.stream(differences).average().orElseThrow(),
        ConfidenceInterval.ofMean(differences, confidence),
        (int) Arrays.stream(differences).filter(each -> each > 0).count(),
        (int) Arrays.stream(differences).filter(each -> each < 0).count());
  }

  /** Returns whether the interval is on one side of 0. */
  public boolean isSignificant() {
    return !interval.contains(0);
  }
}
