package io.tinker4j.testkit.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Draws are the same, bit for bit, as when every token is ranked for each. */
class ChoiceTest {
  private static final long SEED = 7;

  @Test
  void draw_everySetting_asWithAFullRanking() {
    Random random = new Random(SEED);
    for (int round = 0; round < 400; round++) {
      double[] logits = logits(random, 1 + random.nextInt(300));
      SamplingSettings settings =
          SamplingSettings.builder(1)
              .temperature(random.nextInt(8) == 0 ? 1e-3 : 0.1 + 2 * random.nextDouble())
              .topP(random.nextInt(4) == 0 ? 1 : Math.max(1e-9, random.nextDouble()))
              .topK(random.nextInt(3) == 0 ? 1 + random.nextInt(logits.length + 3) : -1)
              .build();
      for (int index = 0; index < 5; index++) {
        CounterRandom first = CounterRandom.of(round).stream(index);
        CounterRandom second = CounterRandom.of(round).stream(index);

        assertThat(Choice.draw(logits, settings, first))
            .as("seed %d round %d index %d", SEED, round, index)
            .isEqualTo(ranked(logits, settings, second));
      }
    }
  }

  /** Some are equal, and some so small that their share is 0. */
  private static double[] logits(Random random, int size) {
    double[] logits = new double[size];
    boolean coarse = random.nextBoolean();
    for (int id = 0; id < size; id++) {
      double value = random.nextGaussian() * (random.nextInt(20) == 0 ? 2000 : 3);
      logits[id] = coarse ? Math.rint(value) : value;
    }
    return logits;
  }

  @Test
  void draw_largeVocabulary_isWithinTheLikeliest() {
    Random random = new Random(SEED);
    double[] logits = IntStream.range(0, 60_000).mapToDouble(i -> random.nextGaussian()).toArray();
    SamplingSettings settings = SamplingSettings.builder(1).topP(0.9).build();

    for (int index = 0; index < 20; index++) {
      int drawn = Choice.draw(logits, settings, CounterRandom.of(1).stream(index));
      assertThat(drawn).isEqualTo(ranked(logits, settings, CounterRandom.of(1).stream(index)));
    }
  }

  @Test
  void draw_logitsThatAreNoNumbers_isTheFirst() {
    double[] logits = {Double.NaN, 1, Double.NaN};
    for (double topP : new double[] {0.5, 1}) {
      SamplingSettings settings = SamplingSettings.builder(1).topP(topP).build();

      assertThat(Choice.draw(logits, settings, CounterRandom.of(1))).isZero();
    }
  }

  /** The definition: rank all, take the fewest within the share, draw among them in that order. */
  private static int ranked(double[] logits, SamplingSettings settings, CounterRandom random) {
    int best = Choice.largest(logits);
    boolean isLimited = settings.topK() != -1 || settings.topP() < 1;
    int[] ids =
        isLimited
            ? Ranking.first(logits, settings.topK() == -1 ? logits.length : settings.topK())
            : IntStream.range(0, logits.length).toArray();
    double[] masses = new double[ids.length];
    double total = 0;
    for (int i = 0; i < ids.length; i++) {
      masses[i] = StrictMath.exp((logits[ids[i]] - logits[best]) / settings.temperature());
      total += masses[i];
    }
    int count = ids.length;
    if (settings.topP() < 1) {
      double sum = 0;
      for (int i = 0; i < ids.length; i++) {
        sum += masses[i];
        if (sum >= settings.topP() * total) {
          count = i + 1;
          break;
        }
      }
      total = sum;
    }
    double left = random.nextUnit() * total;
    for (int i = 0; i < count; i++) {
      left -= masses[i];
      if (left < 0) {
        return ids[i];
      }
    }
    return best;
  }
}
