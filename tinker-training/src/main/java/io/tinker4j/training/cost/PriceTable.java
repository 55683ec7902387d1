package io.tinker4j.training.cost;

import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Prices that the user has looked up: of a model and a kind the newest counts that is not after the
 * day. There are none built in, as they change without notice. Immutable.
 */
public final class PriceTable {
  private static final Set<String> FIELDS =
      Set.of("model", "kind", "per_million", "currency", "valid_from");
  private static final int MILLION_DIGITS = 6;

  private final List<Price> prices;

  private PriceTable(List<Price> prices) {
    this.prices = prices;
  }

  /**
   * Returns a table of prices.
   *
   * @throws IllegalArgumentException when two are of the same model, kind and day
   */
  public static PriceTable of(List<Price> prices) {
    Set<List<Object>> keys = new HashSet<>();
    for (Price price : prices) {
      if (!keys.add(List.of(price.model(), price.kind(), price.validFrom()))) {
        throw new IllegalArgumentException(
            "there are two prices of %s of %s from %s"
                .formatted(price.kind().value(), price.model(), price.validFrom()));
      }
    }
    return new PriceTable(List.copyOf(prices));
  }

  /**
   * Returns a table of what a file has, in whatever format it was: entries with {@code model},
   * {@code kind}, {@code per_million} as a number or a text, {@code currency}, and {@code
   * valid_from} as {@code YYYY-MM-DD}.
   *
   * @throws IllegalArgumentException when an entry lacks a field, or has another or an unusable one
   */
  public static PriceTable ofEntries(List<? extends Map<?, ?>> entries) {
    List<Price> prices = new ArrayList<>();
    for (Map<?, ?> entry : entries) {
      try {
        prices.add(price(entry));
      } catch (IllegalArgumentException | DateTimeException e) {
        throw new IllegalArgumentException(
            "price %d: %s".formatted(prices.size() + 1, e.getMessage()), e);
      }
    }
    return of(prices);
  }

  private static Price price(Map<?, ?> entry) {
    Set<String> unknown = new TreeSet<>();
    entry.keySet().forEach(key -> unknown.add(String.valueOf(key)));
    unknown.removeAll(FIELDS);
    if (!unknown.isEmpty()) {
      throw new IllegalArgumentException("there is no field " + unknown);
    }
    return new Price(
        text(entry, "model"),
        TokenKind.of(text(entry, "kind")),
        new Money(number(text(entry, "per_million")), text(entry, "currency")),
        LocalDate.parse(text(entry, "valid_from")));
  }

  private static String text(Map<?, ?> entry, String field) {
    Object value = entry.get(field);
    if (value == null) {
      throw new IllegalArgumentException(field + " is missing");
    }
    return value.toString();
  }

  private static BigDecimal number(String text) {
    try {
      return new BigDecimal(text);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("per_million is '" + text + "'; it must be a number", e);
    }
  }

  /** Returns the price of a million tokens on a day, empty when it is not known. */
  public Optional<Money> price(String model, TokenKind kind, LocalDate day) {
    return prices.stream()
        .filter(price -> price.model().equals(model) && price.kind() == kind)
        .filter(price -> !price.validFrom().isAfter(day))
        .max(Comparator.comparing(Price::validFrom))
        .map(Price::perMillion);
  }

  /** Returns what tokens of a model cost on a day. */
  public Cost cost(String model, TokenUsage usage, LocalDate day) {
    Cost cost = Cost.unmeasured(usage.unmeasured());
    for (Map.Entry<TokenKind, Long> each : usage.byKind().entrySet()) {
      TokenKind kind = each.getKey();
      cost =
          cost.plus(
              price(model, kind, day)
                  .map(price -> Cost.of(times(price, each.getValue())))
                  .orElseGet(() -> Cost.unpriced(model, kind, each.getValue())));
    }
    return cost;
  }

  private static Money times(Money perMillion, long tokens) {
    return new Money(
        perMillion.amount().multiply(BigDecimal.valueOf(tokens, MILLION_DIGITS)),
        perMillion.currency());
  }

  /**
   * Returns what tokens cost on a day.
   *
   * @param byModel as {@link TokenMeter#byModel} returns it
   */
  public Cost cost(Map<String, TokenUsage> byModel, LocalDate day) {
    return byModel.entrySet().stream()
        .map(each -> cost(each.getKey(), each.getValue(), day))
        .reduce(Cost.NOTHING, Cost::plus);
  }

  @Override
  public String toString() {
    return "PriceTable" + prices;
  }
}
