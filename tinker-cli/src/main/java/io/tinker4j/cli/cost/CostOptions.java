package io.tinker4j.cli.cost;

import io.tinker4j.training.cost.PriceTable;
import java.math.BigDecimal;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** What a run may cost, and how that is known. */
public final class CostOptions {
  @Option(
      names = "--prices",
      paramLabel = "FILE",
      description =
          "Prices of a million tokens, in TOML or YAML, see docs/cost.md; the cost is shown by "
              + "them. Default: tokens are counted, and their cost is not known.")
  private @Nullable Path prices;

  @Option(
      names = "--budget",
      paramLabel = "AMOUNT",
      description =
          "Saves and stops, with exit code 3, before a step with which the run would have cost "
              + "more, in the currency of --prices. The same command with a larger one goes on. "
              + "Default: no limit.")
  private @Nullable BigDecimal budget;

  /** Refuses what cannot work, before anything is read. */
  public void check(CommandLine command) {
    if (budget == null) {
      return;
    }
    if (budget.signum() <= 0) {
      throw new ParameterException(
          command, "--budget is %s; it must be above 0".formatted(budget.toPlainString()));
    }
    if (prices == null) {
      throw new ParameterException(command, "--budget needs --prices, to know what a token costs");
    }
  }

  /** Reads the prices; null when there are none. */
  public @Nullable PriceTable prices() {
    return prices == null ? null : PriceFile.read(prices);
  }

  /** Returns the limit; null when there is none. */
  public @Nullable BigDecimal budget() {
    return budget;
  }
}
