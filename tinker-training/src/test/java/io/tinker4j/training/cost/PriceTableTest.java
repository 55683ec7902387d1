package io.tinker4j.training.cost;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.time.LocalDate;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PriceTableTest {
  private static final LocalDate DAY = LocalDate.of(2026, 6, 1);

  private static Price price(String model, TokenKind kind, String amount, LocalDate from) {
    return new Price(model, kind, new Money(new BigDecimal(amount), "USD"), from);
  }

  private static final PriceTable TABLE =
      PriceTable.of(
          List.of(
              price("M", TokenKind.TRAIN, "3", DAY.plusDays(1)),
              price("M", TokenKind.TRAIN, "2", DAY),
              price("M", TokenKind.TRAIN, "1", DAY.minusDays(9)),
              price("M", TokenKind.SAMPLE, "0.5", DAY)));

  @ParameterizedTest
  @CsvSource({"2026-05-22,", "2026-05-23,1", "2026-05-31,1", "2026-06-01,2", "2026-06-02,3"})
  void price_isTheNewestThatIsNotAfterTheDay(LocalDate day, String amount) {
    assertThat(TABLE.price("M", TokenKind.TRAIN, day).map(Money::amount))
        .isEqualTo(java.util.Optional.ofNullable(amount).map(BigDecimal::new));
  }

  @Test
  void cost_ofKnownPrices_isExact() {
    TokenUsage usage =
        TokenUsage.of(TokenKind.TRAIN, 1_234_567).plus(TokenUsage.of(TokenKind.SAMPLE, 3));

    Cost cost = TABLE.cost("M", usage, DAY);

    assertThat(cost.isComplete()).isTrue();
    assertThat(cost.amount("USD")).isEqualByComparingTo("2.4691355");
    assertThat(cost).hasToString("2.47 USD");
  }

  @Test
  void cost_ofUnknownPrices_isALowerBoundThatNamesThem() {
    Cost cost =
        TABLE.cost(
            Map.of(
                "M",
                TokenUsage.of(TokenKind.TRAIN, 1_000).plus(TokenUsage.of(TokenKind.PREFILL, 7)),
                "N",
                TokenUsage.of(TokenKind.TRAIN, 1)),
            DAY);

    assertThat(cost.isComplete()).isFalse();
    assertThat(cost.unpriced())
        .containsExactlyInAnyOrder(
            new Cost.Unpriced("M", TokenKind.PREFILL, 7),
            new Cost.Unpriced("N", TokenKind.TRAIN, 1));
    assertThat(cost.toString())
        .startsWith("at least 0.0020 USD (")
        .contains("no price of prefill of M", "no price of train of N");
  }

  @Test
  void cost_withoutAnyPrice_isUnknownAndNotZero() {
    assertThat(TABLE.cost("N", TokenUsage.of(TokenKind.TRAIN, 1), DAY))
        .hasToString("unknown (no price of train of N)");
    assertThat(TABLE.cost("N", TokenUsage.NONE, DAY)).hasToString("0");
  }

  @Test
  void cost_ofUnmeasuredInputs_isALowerBound() {
    TokenUsage usage = TokenUsage.of(TokenKind.TRAIN, 500_000).plus(TokenUsage.ofUnmeasured());

    assertThat(TABLE.cost("M", usage, DAY))
        .hasToString("at least 1.00 USD (1 inputs of unknown length)");
  }

  @Test
  void cost_inTwoCurrencies_isNotAddedUp() {
    PriceTable table =
        PriceTable.of(
            List.of(
                price("M", TokenKind.TRAIN, "1", DAY),
                new Price("N", TokenKind.TRAIN, new Money(BigDecimal.TWO, "EUR"), DAY)));
    TokenUsage million = TokenUsage.of(TokenKind.TRAIN, 1_000_000);

    assertThat(table.cost(Map.of("M", million, "N", million), DAY))
        .hasToString("2.00 EUR + 1.00 USD");
  }

  @Test
  void entries_becomePrices() {
    PriceTable table =
        PriceTable.ofEntries(
            List.of(
                Map.of(
                    "model", "M",
                    "kind", "cached_prefill",
                    "per_million", 0.1,
                    "currency", "USD",
                    "valid_from", DAY)));

    assertThat(table.price("M", TokenKind.CACHED_PREFILL, DAY))
        .contains(new Money(new BigDecimal("0.1"), "USD"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "kind | forward | there is no kind 'forward'; kinds are prefill, cached_prefill, sample,"
            + " train",
        "per_million | cheap | per_million is 'cheap'; it must be a number",
        "per_million | -1 | amount is -1; it must not be negative",
        "currency | ' ' | currency is blank",
        "model | ' ' | model is blank",
        "valid_from | soon | Text 'soon' could not be parsed",
        "price | 1 | there is no field [price]"
      })
  void entries_withAnUnusableField_areRefused(String field, String value, String message) {
    Map<String, String> entry =
        new HashMap<>(
            Map.of(
                "model", "M",
                "kind", "train",
                "per_million", "1",
                "currency", "USD",
                "valid_from", "2026-06-01"));
    entry.put(field, value);

    assertThatThrownBy(() -> PriceTable.ofEntries(List.of(entry)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("price 1: " + message);
  }

  @Test
  void entries_withoutAField_areRefused() {
    assertThatThrownBy(() -> PriceTable.ofEntries(List.of(Map.of("model", "M"))))
        .hasMessage("price 1: kind is missing");
  }

  @Test
  void twoPricesOfOneDay_areRefused() {
    Price one = price("M", TokenKind.TRAIN, "1", DAY);

    assertThatThrownBy(() -> PriceTable.of(List.of(one, price("M", TokenKind.TRAIN, "2", DAY))))
        .hasMessage("there are two prices of train of M from 2026-06-01");
  }

  @Test
  void meter_marksNoMoreAsCachedThanWasRead() {
    TokenMeter meter = TokenMeter.create();
    meter.add("run", TokenKind.PREFILL, 5);

    meter.markCached("run", 3);
    meter.markCached("run", 9);

    assertThat(meter.total().byKind()).isEqualTo(Map.of(TokenKind.CACHED_PREFILL, 5L));
    assertThat(meter.byModel().keySet()).containsExactly(TokenMeter.UNKNOWN_MODEL);
  }
}
