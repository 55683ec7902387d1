package io.tinker4j.recipes.rollout;

import io.tinker4j.types.ModelInput;
import io.tinker4j.types.StopCondition;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a model reads before it acts.
 *
 * @param modelInput all of it, earlier turns included
 * @param stop what ends the action; null for the model's own end of text
 */
public record Observation(ModelInput modelInput, @Nullable StopCondition stop) {
  /** Refuses to be without input. */
  public Observation {
    Objects.requireNonNull(modelInput, "modelInput");
  }

  /** Returns an observation whose action ends with the model's own end of text. */
  public static Observation of(ModelInput modelInput) {
    return new Observation(modelInput, null);
  }

  /** Returns an observation of tokens whose action ends with the model's own end of text. */
  public static Observation ofInts(int... tokens) {
    return of(ModelInput.ofInts(tokens));
  }
}
