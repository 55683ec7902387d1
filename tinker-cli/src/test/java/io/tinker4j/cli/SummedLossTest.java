package io.tinker4j.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.tinker4j.cli.output.CommandException;
import io.tinker4j.types.Datum;
import io.tinker4j.types.ForwardBackwardOutput;
import io.tinker4j.types.Metrics;
import io.tinker4j.types.TensorData;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SummedLossTest {
  private static final List<Datum> DATA =
      List.of(Datum.supervised(new int[] {1, 2, 3}, new boolean[] {true, false, true}));

  @Test
  void of_reportedLoss_isTaken() {
    assertThat(SummedLoss.of(DATA, output(Map.of("loss:sum", 4.5), Map.of()))).isEqualTo(4.5);
  }

  @Test
  void of_noReportedLoss_isComputedFromWeightsAndLogprobs() {
    ForwardBackwardOutput output =
        output(Map.of(), Map.of("logprobs", TensorData.of(-1.5f, -2.5f)));

    assertThat(SummedLoss.of(DATA, output)).isEqualTo(2.5, within(1e-9));
  }

  @Test
  void of_neither_isAnError() {
    assertThatThrownBy(() -> SummedLoss.of(DATA, output(Map.of(), Map.of())))
        .isInstanceOf(CommandException.class)
        .hasMessage("the server reports neither loss:sum nor logprobs");
  }

  private static ForwardBackwardOutput output(
      Map<String, Double> metrics, Map<String, TensorData> outputs) {
    return ForwardBackwardOutput.of("", List.of(outputs), Metrics.of(metrics));
  }
}
