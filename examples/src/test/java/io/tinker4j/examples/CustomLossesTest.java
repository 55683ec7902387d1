package io.tinker4j.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.tinker4j.training.loss.CustomLoss;
import io.tinker4j.training.loss.LossTerm;
import io.tinker4j.types.Datum;
import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The losses of the guide compute what it says. */
class CustomLossesTest {
  private static final Path GUIDE = Path.of("../docs/custom-loss.md");
  private static final List<Datum> PAIR =
      List.of(Datum.supervised(1, 2, 3), Datum.supervised(1, 2));
  private static final List<float[]> LOGPROBS = List.of(new float[] {-1, -2}, new float[] {-4});

  @Test
  void preference_modelIsTheReference_isLogTwo() {
    CustomLoss.Result result = CustomLosses.preference(LOGPROBS).compute(PAIR, LOGPROBS);

    assertThat(result.loss()).isCloseTo(Math.log(2), within(1e-9));
    assertThat(result.metrics()).containsEntry("kl/value", 0.0).containsKey("dpo/grad_norm");
    assertThat(result.gradients().get(0)).containsExactly(-0.05f, -0.05f);
    assertThat(result.gradients().get(1)).containsExactly(0.05f);
  }

  @Test
  void mean_twoLengths_countsBothAlike() {
    CustomLoss loss = CustomLosses::mean;

    CustomLoss.Result result = loss.compute(PAIR, LOGPROBS).checkedFor(LOGPROBS);

    assertThat(result.loss()).isEqualTo(5.5);
    assertThat(result.gradients().get(0)).containsExactly(-0.5f, -0.5f);
    assertThat(result.metrics()).containsEntry("mean_nll", 2.75);
  }

  @Test
  void guide_listsEveryTerm() throws IOException {
    String guide = Files.readString(GUIDE);

    assertThat(LossTerm.class.getDeclaredMethods())
        .filteredOn(method -> LossTerm.class.isAssignableFrom(method.getReturnType()))
        .extracting(Method::getName)
        .hasSizeGreaterThan(10)
        .allSatisfy(name -> assertThat(guide).contains("| `" + name + "("));
    assertThat(Arrays.asList(guide.split("\n", -1)).size()).isLessThan(80);
  }
}
