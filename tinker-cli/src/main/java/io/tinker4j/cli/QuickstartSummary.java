package io.tinker4j.cli;

import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What a quickstart came to. */
final class QuickstartSummary {
  private final LossCurve losses;
  private final ProgressLine.Pace pace;
  private final String checkpoint;
  private final @Nullable String weightsHash;

  QuickstartSummary(
      LossCurve losses, ProgressLine.Pace pace, String checkpoint, @Nullable String weightsHash) {
    this.losses = losses;
    this.pace = pace;
    this.checkpoint = checkpoint;
    this.weightsHash = weightsHash;
  }

  /**
   * The two ends of the curve, in nats per token.
   *
   * @param steps how many steps were trained
   * @param first the loss of the first step, before the model has learned anything
   * @param last the loss of the last step's batch, before that step's update
   */
  record LossCurve(int steps, double first, double last) {}

  /** Returns the fields of {@code --json}. */
  Map<String, @Nullable Object> asJson() {
    Map<String, @Nullable Object> fields = new LinkedHashMap<>();
    fields.put("steps", losses.steps());
    fields.put("firstLoss", losses.first());
    fields.put("finalLoss", losses.last());
    fields.put("tokensPerSecond", pace.tokensPerSecond());
    fields.put("checkpoint", checkpoint);
    fields.put("weightsHash", weightsHash);
    return fields;
  }

  /** Prints it for people. */
  void print(PrintWriter out) {
    out.printf(
        Locale.ROOT,
        "Loss       %.3f, from %.3f: %.0f %% less nats per token after %d steps%n",
        losses.last(),
        losses.first(),
        100 * (1 - losses.last() / losses.first()),
        losses.steps());
    out.printf(
        "Speed      %s tokens/s, %s of training%n",
        ProgressLine.quantity(pace.tokensPerSecond()), ProgressLine.clock(pace.elapsed()));
    Optional.ofNullable(weightsHash).ifPresent(hash -> out.println("Weights    sha256 " + hash));
    out.flush();
  }
}
