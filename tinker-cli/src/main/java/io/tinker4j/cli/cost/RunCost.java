package io.tinker4j.cli.cost;

import io.tinker4j.cli.output.CommandException;
import io.tinker4j.training.cost.Cost;
import io.tinker4j.training.cost.Money;
import io.tinker4j.training.cost.PriceTable;
import io.tinker4j.training.cost.TokenKind;
import io.tinker4j.training.cost.TokenUsage;
import java.math.BigDecimal;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What a run has cost so far, and whether more fits into its budget. Thread-safe. */
public final class RunCost {
  private final String model;
  private final @Nullable PriceTable prices;
  private final @Nullable Money budget;
  private final Spending spending;

  private RunCost(
      String model, @Nullable PriceTable prices, @Nullable Money budget, Spending spending) {
    this.model = model;
    this.prices = prices;
    this.budget = budget;
    this.spending = spending;
  }

  /**
   * Returns the cost of a run on a model.
   *
   * @throws CommandException when there is a budget, and a price that it needs is not known or in
   *     another currency
   */
  public static RunCost of(
      String model, @Nullable PriceTable prices, @Nullable BigDecimal budget, Spending spending) {
    return new RunCost(
        model,
        prices,
        prices == null || budget == null
            ? null
            : new Money(budget, currency(prices, model, spending)),
        spending);
  }

  private static String currency(PriceTable prices, String model, Spending spending) {
    LocalDate day = spending.today();
    List<Money> needed = new ArrayList<>();
    for (TokenKind kind : List.of(TokenKind.TRAIN, TokenKind.PREFILL)) {
      needed.add(
          prices
              .price(model, kind, day)
              .orElseThrow(() ->
                  new CommandException(
                      ("--budget: --prices has no price of %s of %s on %s; without it nobody knows"
                              + " when the budget is used up")
                          .formatted(kind.value(), model, day))));
    }
    if (!needed.get(0).currency().equals(needed.get(1).currency())) {
      throw new CommandException(
          "--budget: prices of %s are in %s and %s; a budget is in one currency"
              .formatted(model, needed.get(0).currency(), needed.get(1).currency()));
    }
    return needed.get(0).currency();
  }

  /** Returns the tokens of all processes of the run. */
  public Spending spending() {
    return spending;
  }

  /** Returns what tokens would cost today, empty without prices. */
  public Optional<Cost> of(TokenUsage usage) {
    return Optional.ofNullable(prices).map(table -> table.cost(model, usage, spending.today()));
  }

  /** Returns what was spent, each day's tokens by the prices of that day; empty without prices. */
  public Optional<Cost> soFar() {
    return Optional.ofNullable(prices)
        .map(table -> {
          Cost cost = Cost.NOTHING;
          for (Map.Entry<LocalDate, TokenUsage> day : spending.byDay().entrySet()) {
            cost = cost.plus(table.cost(model, day.getValue(), day.getKey()));
          }
          return cost;
        });
  }

  /** Whether there is a limit. */
  public boolean hasBudget() {
    return budget != null;
  }

  /** Whether the budget allows for more; always without one. */
  public boolean allows(TokenUsage more) {
    if (budget == null) {
      return true;
    }
    Cost cost = soFar().orElseThrow().plus(of(more).orElseThrow());
    return cost.amount(budget.currency()).compareTo(budget.amount()) <= 0;
  }

  /** Returns a line for people: what was spent, and of what. */
  public String summary() {
    String cost = soFar().map(spent -> ", " + spent).orElse("");
    return "%,d tokens%s%s"
        .formatted(spending.total().total(), cost, budget == null ? "" : " of " + budget);
  }

  /** Returns the fields of the JSON output. */
  public Map<String, @Nullable Object> asJson() {
    Map<String, @Nullable Object> fields = new LinkedHashMap<>();
    fields.put("tokens", Spending.asJson(spending.total()));
    fields.put("cost", soFar().map(RunCost::asJson).orElse(null));
    return fields;
  }

  private static Map<String, @Nullable Object> asJson(Cost cost) {
    Map<String, @Nullable Object> amounts = new LinkedHashMap<>();
    cost.amounts().forEach((currency, money) -> amounts.put(currency, money.amount()));
    List<Map<String, Object>> unpriced =
        cost.unpriced().stream()
            .map(each ->
                Map.<String, Object>of(
                    "model", each.model(), "kind", each.kind().value(), "tokens", each.tokens()))
            .toList();
    Map<String, @Nullable Object> fields = new LinkedHashMap<>();
    fields.put("amounts", amounts);
    fields.put("complete", cost.isComplete());
    fields.put("unpriced", unpriced);
    return fields;
  }
}
