package io.tinker4j.cli.cost;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tinker4j.cli.output.CommandException;
import io.tinker4j.testkit.time.ManualTime;
import io.tinker4j.training.cost.Money;
import io.tinker4j.training.cost.Price;
import io.tinker4j.training.cost.PriceTable;
import io.tinker4j.training.cost.TokenKind;
import io.tinker4j.training.cost.TokenMeter;
import io.tinker4j.training.cost.TokenUsage;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SpendingTest {
  @TempDir Path directory;

  private final ManualTime time = ManualTime.create();
  private final TokenMeter meter = TokenMeter.create();

  @AfterEach
  void close() {
    time.close();
  }

  private Spending open(TokenMeter meter) {
    return Spending.open(directory, meter, time);
  }

  private TokenUsage left() {
    return open(TokenMeter.create()).total();
  }

  @Test
  void processThatIsKilled_leavesWhatItHadPlanned() {
    Spending spending = open(meter);
    spending.plan(TokenKind.TRAIN, 10);
    meter.add("run", TokenKind.TRAIN, 10);
    spending.plan(TokenKind.TRAIN, 7);

    assertThat(left()).isEqualTo(TokenUsage.of(TokenKind.TRAIN, 17));
  }

  @Test
  void whatIsCounted_isNotCountedAsPlannedAgain() {
    Spending spending = open(meter);
    spending.plan(TokenKind.TRAIN, 10);
    meter.add("run", TokenKind.TRAIN, 10);
    spending.settle();
    spending.plan(TokenKind.PREFILL, 3);

    assertThat(left())
        .isEqualTo(TokenUsage.of(TokenKind.TRAIN, 10).plus(TokenUsage.of(TokenKind.PREFILL, 3)));
  }

  @Test
  void plansThatWereNotCarriedOut_areForgottenWhenNothingIsUnderWay() {
    Spending spending = open(meter);
    spending.plan(TokenKind.TRAIN, 10);
    meter.add("run", TokenKind.TRAIN, 4);
    spending.settle();
    spending.plan(TokenKind.TRAIN, 10);
    meter.add("run", TokenKind.TRAIN, 10);
    spending.settle();

    assertThat(left()).isEqualTo(TokenUsage.of(TokenKind.TRAIN, 14));
  }

  @Test
  void processes_areAddedUp() {
    Spending first = open(meter);
    meter.add("run", TokenKind.TRAIN, 5);
    first.settle();
    TokenMeter again = TokenMeter.create();
    Spending second = open(again);
    again.add("run", TokenKind.TRAIN, 6);
    second.settle();

    assertThat(left()).isEqualTo(TokenUsage.of(TokenKind.TRAIN, 11));
  }

  @Test
  void eachDay_hasItsOwnPrices() {
    LocalDate today = LocalDate.ofInstant(time.now(), ZoneOffset.UTC);
    PriceTable table = PriceTable.of(List.of(price("1", today), price("3", today.plusDays(1))));
    Spending spending = open(meter);
    RunCost cost = RunCost.of("M", table, null, spending);
    meter.add("run", TokenKind.TRAIN, 1_000_000);
    assertThat(cost.summary()).isEqualTo("1,000,000 tokens, 1.00 TOK");

    time.shiftClock(Duration.ofDays(1));
    meter.add("run", TokenKind.TRAIN, 1_000_000);

    assertThat(cost.summary()).isEqualTo("2,000,000 tokens, 4.00 TOK");
    assertThat(spending.byDay()).containsOnlyKeys(today, today.plusDays(1));
  }

  private static Price price(String amount, LocalDate from) {
    return new Price("M", TokenKind.TRAIN, new Money(new BigDecimal(amount), "TOK"), from);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "{}",
        "{\"days\":{\"soon\":{}}}",
        "{\"days\":{\"2026-01-01\":3}}",
        "{\"days\":{\"2026-01-01\":{\"train\":\"x\"}}}",
        "{\"days\":{\"2026-01-01\":{\"train\":-1}}}"
      })
  void fileThatIsDamaged_isRefused(String content) throws Exception {
    Files.writeString(directory.resolve("spending.json"), content);

    assertThatThrownBy(() -> open(meter))
        .isInstanceOf(CommandException.class)
        .hasMessageContaining("spending.json cannot be read")
        .hasMessageEndingWith("it has what the run has cost");
  }
}
