package io.tinker4j.text.supervised;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.tinker4j.text.tokenizer.Tokenizer;
import io.tinker4j.text.tokenizer.Tokenizers;
import io.tinker4j.types.LoraConfig;
import java.util.List;
import org.junit.jupiter.api.Test;

class SupervisedTest {
  @Test
  void forAdapter_knownFamilies_followTheFormula() {
    assertThat(LearningRates.forAdapter("Qwen/Qwen3-8B").orElseThrow())
        .isCloseTo(5e-4 * Math.pow(2000.0 / 4096, 0.0775), within(1e-12));
    assertThat(LearningRates.forFullFineTuning("meta-llama/Llama-3.2-1B").orElseThrow())
        .isCloseTo(5e-5 * Math.pow(2000.0 / 2048, 0.781), within(1e-12));
  }

  @Test
  void forAdapter_unmeasuredFamilyOrUnknownSize_isEmpty() {
    assertThat(LearningRates.forAdapter("openai/gpt-oss-20b")).isEmpty();
    assertThat(LearningRates.forAdapter("Qwen/Qwen9-8B")).isEmpty();
  }

  @Test
  void parameters_countsThePartsThatAreTrained() {
    LoraConfig attentionOnly =
        LoraConfig.builder().rank(32).trainMlp(false).trainUnembed(false).build();

    assertThat(AdapterSize.parameters("Qwen/Qwen3-8B", attentionOnly)).hasValue(32 * 958_464L);
    assertThat(AdapterSize.parameters("Qwen/Qwen3-8B", LoraConfig.builder().rank(1).build()))
        .hasValue(1_769_472L + 958_464 + 156_032);
    assertThat(AdapterSize.parameters("none/such", attentionOnly)).isEmpty();
  }

  @Test
  void parameters_nothingTrained_isRefused() {
    LoraConfig nothing =
        LoraConfig.builder().rank(8).trainMlp(false).trainAttn(false).trainUnembed(false).build();

    assertThatIllegalArgumentException()
        .isThrownBy(() -> AdapterSize.parameters("Qwen/Qwen3-8B", nothing))
        .withMessageContaining("all false");
  }

  @Test
  void multiplier_fallsFromThePeak() {
    assertThat(LearningRateSchedule.CONSTANT.multiplier(7, 10)).isEqualTo(1);
    assertThat(LearningRateSchedule.LINEAR.multiplier(0, 10)).isEqualTo(1);
    assertThat(LearningRateSchedule.LINEAR.multiplier(9, 10)).isCloseTo(0.1, within(1e-12));
    assertThat(LearningRateSchedule.COSINE.multiplier(5, 10)).isCloseTo(0.5, within(1e-12));
  }

  @Test
  void multiplier_beyondTheRun_isWhatTheFormulaSays() {
    assertThat(LearningRateSchedule.LINEAR.multiplier(12, 10)).isCloseTo(-0.2, within(1e-12));
    assertThat(LearningRateSchedule.COSINE.multiplier(20, 10)).isCloseTo(1, within(1e-12));
  }

  @Test
  void multiplier_warmup_risesToThePeakAndFallsOverTheRest() {
    LearningRateSchedule linear = LearningRateSchedule.LINEAR;

    assertThat(linear.multiplier(0, 14, 4)).isEqualTo(0.25);
    assertThat(linear.multiplier(3, 14, 4)).isEqualTo(1);
    assertThat(linear.multiplier(4, 14, 4)).isEqualTo(1);
    assertThat(linear.multiplier(13, 14, 4)).isCloseTo(0.1, within(1e-12));
    assertThat(linear.multiplier(5, 10, 0)).isEqualTo(linear.multiplier(5, 10));
  }

  @Test
  void multiplier_warmupAsLongAsTheRun_isRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> LearningRateSchedule.LINEAR.multiplier(0, 4, 4))
        .withMessageContaining("from 0 to 3");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> LearningRateSchedule.CONSTANT.multiplier(0, 0))
        .withMessageContaining("totalSteps is 0");
  }

  @Test
  void meanNll_weighsTokensOfAllExamplesAlike() {
    var logprobs = List.of(new float[] {-1, -2}, new float[] {-4});
    var weights = List.of(new float[] {0, 1}, new float[] {0.5f});

    assertThat(Losses.meanNll(logprobs, weights).orElseThrow())
        .isCloseTo((2 + 2) / 1.5, within(1e-9));
  }

  @Test
  void meanNll_noWeight_isEmpty_andOtherLengthsAreRefused() {
    assertThat(Losses.meanNll(List.of(new float[] {-1}), List.of(new float[] {0}))).isEmpty();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Losses.meanNll(List.of(new float[] {-1}), List.of(new float[2])))
        .withMessage("example 0 has 1 log-probabilities and 2 weights");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Losses.meanNll(List.of(new float[] {-1}), List.of()));
  }

  @Test
  void bitsPerByte_countsLearnedTextAlone() {
    Tokenizer bytes = Tokenizers.bytes();
    var logprobs = List.of(new float[] {-1, -2, -4, -8});
    var weights = List.of(new float[] {0, 0.5f, 2, 1});
    var targets = List.of(new int[] {'a', 'b', 'c', 256});

    assertThat(Losses.bitsPerByte(logprobs, weights, targets, bytes).orElseThrow())
        .isCloseTo((2 + 4) / (2 * Math.log(2)), within(1e-9));
    assertThat(
            Losses.bitsPerByte(
                List.of(new float[] {-1}),
                List.of(new float[] {1}),
                List.of(new int[] {256}),
                bytes))
        .isEmpty();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Losses.bitsPerByte(logprobs, weights, List.of(new int[3]), bytes))
        .withMessage("example 0 has 4 log-probabilities, 4 weights and 3 targets");
  }
}
