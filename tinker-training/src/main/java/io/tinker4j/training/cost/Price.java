package io.tinker4j.training.cost;

import java.time.LocalDate;

/**
 * What a million tokens cost from a day on.
 *
 * @param model the base model, by the name that the server has for it
 * @param perMillion the price of a million tokens
 * @param validFrom the first day
 */
public record Price(String model, TokenKind kind, Money perMillion, LocalDate validFrom) {
  /**
   * Checks the model.
   *
   * @throws IllegalArgumentException when it is blank
   */
  public Price {
    if (model.isBlank()) {
      throw new IllegalArgumentException("model is blank");
    }
  }
}
