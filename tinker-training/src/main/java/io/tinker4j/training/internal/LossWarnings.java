package io.tinker4j.training.internal;

import io.tinker4j.types.ForwardBackwardOutput;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Warns, once for each model, of a loss that is no number. Thread-safe. */
public final class LossWarnings {
  private static final System.Logger log = System.getLogger(LossWarnings.class.getName());

  private final Set<String> warned = ConcurrentHashMap.newKeySet();

  /** Warns if the sum of a pass's losses is NaN and that of none before it was. */
  public void check(String modelId, ForwardBackwardOutput output) {
    boolean isNan =
        output.metrics().lossSum().isPresent()
            && Double.isNaN(output.metrics().lossSum().getAsDouble());
    if (isNan && warned.add(modelId)) {
      log.log(
          System.Logger.Level.WARNING,
          () ->
              "the loss is NaN: model=%s. The gradient is most likely NaN, too, and a step makes the"
                      .formatted(modelId)
                  + " weights so; check the data for tokens outside of the vocabulary and the"
                  + " learning rate, and go on from an earlier checkpoint. It is said once.");
    }
  }
}
