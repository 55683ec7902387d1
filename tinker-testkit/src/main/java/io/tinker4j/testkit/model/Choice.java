package io.tinker4j.testkit.model;

import java.util.stream.IntStream;

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
    boolean limited = settings.topK() != -1 || settings.topP() < 1;
    int count = settings.topK() == -1 ? masses.length : Math.min(settings.topK(), masses.length);
    int[] ids = limited ? Ranking.first(logits, count) : IntStream.range(0, count).toArray();
    if (settings.topP() < 1) {
      count = fewestWithin(settings.topP() * total(masses, ids, count), masses, ids, count);
    }
    double left = random.nextUnit() * total(masses, ids, count);
    for (int i = 0; i < count; i++) {
      left -= masses[ids[i]];
      if (left < 0) {
        return ids[i];
      }
    }
    // Rounding can leave a crumb of mass beyond the last token; the likeliest one takes it.
    return best;
  }

  private static int fewestWithin(double mass, double[] masses, int[] ids, int count) {
    double sum = 0;
    for (int i = 0; i < count; i++) {
      sum += masses[ids[i]];
      if (sum >= mass) {
        return i + 1;
      }
    }
    return count;
  }

  private static double total(double[] masses, int[] ids, int count) {
    double sum = 0;
    for (int i = 0; i < count; i++) {
      sum += masses[ids[i]];
    }
    return sum;
  }
}
