package io.tinker4j.recovery.internal;

import io.tinker4j.training.RequestFailedException;
import io.tinker4j.transport.ApiStatusException;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Recognises that a server has no room for another model, which passes when others are unloaded.
 * Servers have no code for it: it is a refusal, or the failure of a model's creation, in words.
 */
public final class Capacity {
  private static final Set<Integer> STATUSES = Set.of(400, 429, 503);

  /** SkyRL: "Maximum number of LoRA adapters (8) reached". */
  private static final Pattern WORDS =
      Pattern.compile(
          "maximum number of lora|no (free |more |available )?(capacity|(adapter )?slots?\\b)"
              + "|(out of|at|insufficient|not enough) capacity",
          Pattern.CASE_INSENSITIVE);

  private Capacity() {}

  public static boolean isExhausted(Throwable failure) {
    boolean mayBe =
        switch (failure) {
          case RequestFailedException unused -> true;
          case ApiStatusException refused -> STATUSES.contains(refused.status());
          default -> false;
        };
    return mayBe && WORDS.matcher(String.valueOf(failure.getMessage())).find();
  }
}
