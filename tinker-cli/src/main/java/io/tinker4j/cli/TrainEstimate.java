package io.tinker4j.cli;

import io.tinker4j.recovery.Batches;
import io.tinker4j.recovery.journal.DataPosition;
import io.tinker4j.text.data.ChatData;
import io.tinker4j.training.cost.TokenKind;
import io.tinker4j.training.cost.TokenUsage;
import io.tinker4j.types.Datum;
import java.util.List;

/**
 * How many tokens a run is going to use when nothing goes wrong.
 *
 * @param trained in all steps
 * @param largest in one step of the first epoch
 * @param heldOut in one evaluation
 * @param probe in the check of one checkpoint
 * @param read in all evaluations and checks
 */
record TrainEstimate(long trained, long largest, long heldOut, long probe, long read) {

  /** Reads the data of at most one epoch; the others are taken to be as long. */
  static TrainEstimate of(ChatData data, List<Datum> probe, TrainPlan plan, int epochs) {
    long batches = Math.min(plan.steps(), Math.max(1, data.batchCount() / epochs));
    long sum = 0;
    long largest = 0;
    try (Batches.Reader<List<Datum>> reader = data.batches().open(DataPosition.START)) {
      for (long i = 0; i < batches; i++) {
        long tokens = tokens(reader.next());
        sum += tokens;
        largest = Math.max(largest, tokens);
      }
    }
    long heldOut = data.survey().heldOut() == 0 ? 0 : all(data.heldOut());
    long checkpoints = 2 + (plan.steps() - 1) / plan.saveEvery();
    return new TrainEstimate(
        Math.round((double) sum * plan.steps() / batches),
        largest,
        heldOut,
        tokens(probe),
        heldOut * (plan.steps() / plan.evalEvery()) + tokens(probe) * checkpoints);
  }

  private static long all(Batches<List<Datum>> batches) {
    long sum = 0;
    try (Batches.Reader<List<Datum>> reader = batches.open(DataPosition.START)) {
      while (reader.hasNext()) {
        sum += tokens(reader.next());
      }
    }
    return sum;
  }

  /** Returns how many tokens a pass over examples reads. */
  static long tokens(List<Datum> data) {
    return data.stream().mapToLong(datum -> datum.modelInput().length()).sum();
  }

  /** Returns what the whole run uses. */
  TokenUsage whole() {
    return TokenUsage.of(TokenKind.TRAIN, trained).plus(TokenUsage.of(TokenKind.PREFILL, read));
  }

  /** Returns the most that steps use, with an evaluation and a checkpoint behind them. */
  TokenUsage next(int steps, long largestSeen) {
    return TokenUsage.of(TokenKind.TRAIN, steps * Math.max(largest, largestSeen))
        .plus(TokenUsage.of(TokenKind.PREFILL, heldOut + probe));
  }
}
