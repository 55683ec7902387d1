package io.tinker4j.cli;

import io.tinker4j.cli.cost.Spending;
import io.tinker4j.recovery.TrainingStep;
import io.tinker4j.training.TrainingClient;
import io.tinker4j.training.cost.TokenKind;
import io.tinker4j.types.AdamParams;
import io.tinker4j.types.Datum;
import io.tinker4j.types.LossFunction;
import io.tinker4j.types.TensorData;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongFunction;

/**
 * A supervised step that remembers how much it trains on, until its result is there, and writes it
 * down before it is sent.
 */
final class MeasuredStep implements TrainingStep<List<Datum>> {
  private final TrainingStep<List<Datum>> step;
  private final Spending spending;
  private final Map<Long, Amount> underWay = new ConcurrentHashMap<>();
  private long last;

  MeasuredStep(LongFunction<AdamParams> optimizer, Spending spending) {
    this.step = TrainingStep.of(LossFunction.CROSS_ENTROPY, optimizer);
    this.spending = spending;
  }

  /**
   * How much a step trains on.
   *
   * @param tokens that the model reads
   * @param weight the sum of all weights
   */
  record Amount(long tokens, double weight) {}

  @Override
  public Submitted submit(TrainingClient client, List<List<Datum>> batches, long number) {
    long tokens = 0;
    double weight = 0;
    for (List<Datum> batch : batches) {
      for (Datum datum : batch) {
        tokens += datum.modelInput().length();
        weight += weight(datum);
      }
    }
    if (number <= last) {
      // A recovery takes the run back: what was under way was counted, or was never sent.
      spending.settle();
    }
    last = number;
    spending.plan(TokenKind.TRAIN, tokens);
    underWay.put(number, new Amount(tokens, weight));
    return step.submit(client, batches, number);
  }

  private static double weight(Datum datum) {
    TensorData weights = datum.lossFnInputs().get(Datum.WEIGHTS);
    double sum = 0;
    if (weights != null) {
      FloatBuffer values = weights.floats();
      while (values.hasRemaining()) {
        sum += values.get();
      }
    }
    return sum;
  }

  @Override
  public Map<String, String> settings(long number) {
    return step.settings(number);
  }

  /** Returns how much a step trained on, once. */
  Amount take(long number) {
    Amount amount = underWay.remove(number);
    return amount == null ? new Amount(0, 0) : amount;
  }
}
