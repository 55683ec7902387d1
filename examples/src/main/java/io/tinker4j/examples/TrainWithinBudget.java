package io.tinker4j.examples;

import io.tinker4j.training.ServiceClient;
import io.tinker4j.training.TrainingClient;
import io.tinker4j.training.cost.Cost;
import io.tinker4j.training.cost.Money;
import io.tinker4j.training.cost.Price;
import io.tinker4j.training.cost.PriceTable;
import io.tinker4j.training.cost.TokenKind;
import io.tinker4j.training.cost.TokenMeter;
import io.tinker4j.training.cost.TokenUsage;
import io.tinker4j.types.AdamParams;
import io.tinker4j.types.Datum;
import io.tinker4j.types.LossFunction;
import java.math.BigDecimal;
import java.time.LocalDate;
import java.util.List;

/** Counts tokens, knows their price, and saves and stops before a budget is exceeded. */
public final class TrainWithinBudget {
  private TrainWithinBudget() {}

  /** Uses the server and the key that TINKER_BASE_URL and TINKER_API_KEY name. */
  public static void main(String[] args) {
    System.out.println(run(ServiceClient.builder(), new BigDecimal("0.001")));
  }

  /** Made-up prices: look up those of your service. Here, training has one and reading has none. */
  static PriceTable prices(String model) {
    Money perMillion = new Money(new BigDecimal("2.00"), "USD");
    return PriceTable.of(
        List.of(new Price(model, TokenKind.TRAIN, perMillion, LocalDate.of(2026, 1, 1))));
  }

  static Cost run(ServiceClient.Builder builder, BigDecimal budget) {
    TokenMeter meter = TokenMeter.create();
    try (ServiceClient service = builder.tokenMeter(meter).build()) {
      String model =
          service.getServerCapabilities().supportedModels().get(0).modelName().orElseThrow();
      PriceTable prices = prices(model);
      LocalDate today = LocalDate.now();
      TrainingClient training = service.createLoraTrainingClient(model);
      List<Datum> batch =
          List.of(Datum.supervised("to be, or not to be, that is the question".chars().toArray()));
      TokenUsage step = TokenUsage.of(TokenKind.TRAIN, batch.get(0).modelInput().length());

      while (true) {
        Cost next = prices.cost(meter.byModel(), today).plus(prices.cost(model, step, today));
        if (next.amount("USD").compareTo(budget) > 0) {
          break;
        }
        training.forwardBackward(batch, LossFunction.CROSS_ENTROPY).join();
        training.optimStep(AdamParams.builder().learningRate(0.01).build()).join();
      }
      training.saveState("within-budget").join();

      training.forward(batch, LossFunction.CROSS_ENTROPY).join(); // its tokens have no price
      return prices.cost(meter.byModel(), today);
    }
  }
}
