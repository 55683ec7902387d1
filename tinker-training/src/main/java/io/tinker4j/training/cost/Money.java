package io.tinker4j.training.cost;

import java.math.BigDecimal;
import java.math.RoundingMode;

/**
 * An amount in a currency.
 *
 * @param currency any name, such as {@code USD}
 */
public record Money(BigDecimal amount, String currency) {
  /**
   * Checks both.
   *
   * @throws IllegalArgumentException when the amount is negative or the currency blank
   */
  public Money {
    if (amount.signum() < 0) {
      throw new IllegalArgumentException("amount is " + amount + "; it must not be negative");
    }
    if (currency.isBlank()) {
      throw new IllegalArgumentException("currency is blank");
    }
  }

  /** Returns it for people, rounded up: two decimals, four below one. */
  @Override
  public String toString() {
    int decimals = amount.compareTo(BigDecimal.ONE) < 0 ? 4 : 2;
    return amount.setScale(decimals, RoundingMode.UP).toPlainString() + " " + currency;
  }
}
