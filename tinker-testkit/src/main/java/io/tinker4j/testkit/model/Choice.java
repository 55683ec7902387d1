package io.tinker4j.testkit.model;

import java.util.Arrays;

/** Draws a token from logits. */
final class Choice {
  private Choice() {}

  /** The id of the largest value; of equals the lowest. */
  static int largest(double[] values) {
    int best = 0;
    for (int id = 1; id < values.length; id++) {
      if (values[id] > values[best]) {
        best = id;
      }
    }
    return best;
  }

  /** Draws by temperature, then among the top k, then among the top p of what is left. */
  static int draw(double[] logits, SamplingSettings settings, CounterRandom random) {
    int best = largest(logits);
    if (settings.temperature() == 0) {
      return best;
    }
    double[] masses = new double[logits.length];
    for (int id = 0; id < masses.length; id++) {
      masses[id] = StrictMath.exp((logits[id] - logits[best]) / settings.temperature());
    }
    if (settings.topK() == -1 && settings.topP() < 1) {
      double[] ranked = descending(masses);
      int rank = rank(ranked, settings.topP(), random);
      return rank < 0 ? best : idAt(rank, ranked[rank], masses, logits);
    }
    if (settings.topK() == -1) {
      int id = rank(masses, 1, random);
      return id < 0 ? best : id;
    }
    int[] ids = Ranking.first(logits, settings.topK());
    double[] ranked = new double[ids.length];
    for (int i = 0; i < ids.length; i++) {
      ranked[i] = masses[ids[i]];
    }
    int rank = rank(ranked, settings.topP(), random);
    return rank < 0 ? best : ids[rank];
  }

  /**
   * Draws a place in a list of masses; -1 when rounding leaves a crumb of mass beyond the last one,
   * which the likeliest token takes.
   */
  private static int rank(double[] masses, double topP, CounterRandom random) {
    int count =
        topP < 1 ? fewestWithin(topP * total(masses, masses.length), masses) : masses.length;
    double left = random.nextUnit() * total(masses, count);
    for (int i = 0; i < count; i++) {
      left -= masses[i];
      if (left < 0) {
        return i;
      }
    }
    return -1;
  }

  /**
   * All masses from the largest on. They fall as the logits do, so that this is their order by rank
   * without the work of ranking every token, and sums over it have the same bits.
   */
  private static double[] descending(double[] masses) {
    double[] sorted = masses.clone();
    Arrays.sort(sorted);
    for (int i = 0, j = sorted.length - 1; i < j; i++, j--) {
      double swapped = sorted[i];
      sorted[i] = sorted[j];
      sorted[j] = swapped;
    }
    return sorted;
  }

  /** The id at a rank; only tokens of its mass have to be ranked. */
  private static int idAt(int rank, double mass, double[] masses, double[] logits) {
    int before = 0;
    int[] equal = new int[1];
    int size = 0;
    for (int id = 0; id < masses.length; id++) {
      if (masses[id] > mass) {
        before++;
      } else if (masses[id] == mass) {
        equal = size == equal.length ? Arrays.copyOf(equal, size * 2) : equal;
        equal[size++] = id;
      }
    }
    double[] values = new double[size];
    for (int i = 0; i < size; i++) {
      values[i] = logits[equal[i]];
    }
    return equal[Ranking.first(values, rank - before + 1)[rank - before]];
  }

  private static int fewestWithin(double mass, double[] masses) {
    double sum = 0;
    for (int i = 0; i < masses.length; i++) {
      sum += masses[i];
      if (sum >= mass) {
        return i + 1;
      }
    }
    return masses.length;
  }

  private static double total(double[] masses, int count) {
    double sum = 0;
    for (int i = 0; i < count; i++) {
      sum += masses[i];
    }
    return sum;
  }
}
