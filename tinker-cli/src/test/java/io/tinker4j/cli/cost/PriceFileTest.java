package io.tinker4j.cli.cost;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tinker4j.cli.output.CommandException;
import io.tinker4j.training.cost.Money;
import io.tinker4j.training.cost.PriceTable;
import io.tinker4j.training.cost.TokenKind;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PriceFileTest {
  @TempDir Path directory;

  private Path file(String name, String content) throws IOException {
    return Files.writeString(directory.resolve(name), content);
  }

  private static void check(PriceTable table) {
    assertThat(table.price("Org/M", TokenKind.TRAIN, LocalDate.of(2026, 1, 1)))
        .contains(new Money(new BigDecimal("0.4"), "USD"));
    assertThat(table.price("Org/M", TokenKind.TRAIN, LocalDate.of(2025, 12, 31))).isEmpty();
  }

  @Test
  void toml_isRead() throws Exception {
    check(
        PriceFile.read(
            file(
                "prices.toml",
                """
                [[prices]]
                model = "Org/M"
                kind = "train"
                per_million = 0.4
                currency = "USD"
                valid_from = 2026-01-01
                """)));
  }

  @Test
  void yaml_isRead() throws Exception {
    check(
        PriceFile.read(
            file(
                "prices.yaml",
                """
                prices:
                  - {model: Org/M, kind: train, per_million: 0.4, currency: USD, valid_from: 2026-01-01}
                """)));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "a.toml | prices = 1 | must have the list prices and nothing else",
        "a.toml | price = [] | must have the list prices and nothing else",
        "a.yaml | '' | cannot be read: No content",
        "a.yaml | prices: [1] | has a price that is no table",
        "a.yaml | 'prices: [{model: M}]' | price 1: kind is missing",
        "a.toml | [ | cannot be read"
      })
  void otherFiles_areRefused(String name, String content, String reason) throws Exception {
    Path file = file(name, content);

    assertThatThrownBy(() -> PriceFile.read(file))
        .isInstanceOf(CommandException.class)
        .hasMessageStartingWith("--prices: " + file)
        .hasMessageContaining(reason);
  }

  @Test
  void fileThatIsMissing_isNamed() {
    assertThatThrownBy(() -> PriceFile.read(directory.resolve("none.toml")))
        .hasMessageContaining("none.toml does not exist");
  }
}
