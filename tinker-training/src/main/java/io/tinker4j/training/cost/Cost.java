package io.tinker4j.training.cost;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * What tokens cost, as far as their prices are known: {@link #isComplete} says whether that is all.
 * Immutable.
 */
public final class Cost {
  /** No tokens, no cost. */
  public static final Cost NOTHING = new Cost(Map.of(), List.of(), 0);

  private final Map<String, Money> amounts;
  private final List<Unpriced> unpriced;
  private final long unmeasured;

  private Cost(Map<String, Money> amounts, List<Unpriced> unpriced, long unmeasured) {
    this.amounts = Collections.unmodifiableMap(new TreeMap<>(amounts));
    this.unpriced = List.copyOf(unpriced);
    this.unmeasured = unmeasured;
  }

  /** Tokens whose price is not known. */
  public record Unpriced(String model, TokenKind kind, long tokens) {}

  static Cost of(Money money) {
    return new Cost(Map.of(money.currency(), money), List.of(), 0);
  }

  static Cost unpriced(String model, TokenKind kind, long tokens) {
    return new Cost(Map.of(), List.of(new Unpriced(model, kind, tokens)), 0);
  }

  static Cost unmeasured(long inputs) {
    return new Cost(Map.of(), List.of(), inputs);
  }

  /** Returns the amounts by currency, one for each that has a price in it. */
  public Map<String, Money> amounts() {
    return amounts;
  }

  /** Returns the amount in a currency, zero when there is none. */
  public BigDecimal amount(String currency) {
    Money money = amounts.get(currency);
    return money == null ? BigDecimal.ZERO : money.amount();
  }

  /** Returns the tokens without a price; they are in no amount. */
  public List<Unpriced> unpriced() {
    return unpriced;
  }

  /** Whether all tokens are known and have a price; else the amounts are a lower bound. */
  public boolean isComplete() {
    return unpriced.isEmpty() && unmeasured == 0;
  }

  /** Returns the sum of both. */
  public Cost plus(Cost other) {
    Map<String, Money> sum = new TreeMap<>(amounts);
    other.amounts.forEach((currency, money) ->
        sum.merge(currency, money, (a, b) -> new Money(a.amount().add(b.amount()), currency)));
    Map<List<Object>, Unpriced> without = new LinkedHashMap<>();
    List<Unpriced> both = new ArrayList<>(unpriced);
    both.addAll(other.unpriced);
    for (Unpriced each : both) {
      without.merge(
          List.of(each.model(), each.kind()),
          each,
          (a, b) -> new Unpriced(a.model(), a.kind(), a.tokens() + b.tokens()));
    }
    return new Cost(sum, new ArrayList<>(without.values()), unmeasured + other.unmeasured);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Cost cost
        && amounts.equals(cost.amounts)
        && unpriced.equals(cost.unpriced)
        && unmeasured == cost.unmeasured;
  }

  @Override
  public int hashCode() {
    return Objects.hash(amounts, unpriced, unmeasured);
  }

  /**
   * Returns it for people: {@code 1.25 USD}, {@code at least 1.25 USD (no price of sample of M)},
   * or {@code unknown (no price of train of M)}.
   */
  @Override
  public String toString() {
    String known =
        amounts.values().stream().map(Money::toString).collect(Collectors.joining(" + "));
    if (isComplete()) {
      return known.isEmpty() ? "0" : known;
    }
    List<String> missing = new ArrayList<>();
    unpriced.forEach(
        each -> missing.add("no price of %s of %s".formatted(each.kind().value(), each.model())));
    if (unmeasured > 0) {
      missing.add(unmeasured + " inputs of unknown length");
    }
    return "%s (%s)"
        .formatted(known.isEmpty() ? "unknown" : "at least " + known, String.join(", ", missing));
  }
}
