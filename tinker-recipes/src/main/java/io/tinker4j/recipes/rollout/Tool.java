package io.tinker4j.recipes.rollout;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a model can call. Must be thread-safe when several rollouts share it. */
@FunctionalInterface
public interface Tool {
  /**
   * Carries a call out and returns what the model is to read of it. May block. What it throws fails
   * the rollout; what the model can learn from is returned instead.
   *
   * @param arguments the call's JSON object as maps, lists, strings, numbers and booleans
   */
  String call(Map<String, @Nullable Object> arguments) throws Exception;
}
