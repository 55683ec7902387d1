package io.tinker4j.recovery;

import io.tinker4j.types.ForwardBackwardOutput;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A step that the server has carried out and the journal has.
 *
 * @param position the place in the data behind it
 * @param outputs what its passes gave, in order
 */
public record StepResult(
    long step, Batches.Position position, List<ForwardBackwardOutput> outputs) {
  /** Copies the list. */
  public StepResult {
    outputs = List.copyOf(outputs);
  }

  /** Returns the metrics of the step: over all passes for sums, of the last pass for others. */
  public Map<String, Double> metrics() {
    Map<String, Double> all = new LinkedHashMap<>();
    for (ForwardBackwardOutput output : outputs) {
      output
          .metrics()
          .asMap()
          .forEach((name, value) ->
              all.merge(name, value, (before, now) -> name.endsWith(":sum") ? before + now : now));
    }
    return all;
  }
}
