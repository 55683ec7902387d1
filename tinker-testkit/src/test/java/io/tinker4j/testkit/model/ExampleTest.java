package io.tinker4j.testkit.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ExampleTest {
  static Stream<Arguments> mistakes() {
    return Stream.of(
        Arguments.of(Example.builder().targets(), List.of("model_input", "empty")),
        Arguments.of(Example.builder(1, 2), List.of("target_tokens", "missing")),
        Arguments.of(valid().targets(1), List.of("target_tokens", "1", "2")),
        Arguments.of(
            Example.builder(1, 257).targets(1, 2), List.of("model_input[1]", "257", "vocabulary")),
        Arguments.of(valid().targets(-1, 2), List.of("target_tokens[0]", "-1")),
        Arguments.of(valid().weights(1), List.of("weights has 1", "2")),
        Arguments.of(valid().logprobs(1, 2, 3), List.of("logprobs has 3", "2")),
        Arguments.of(valid().advantages(), List.of("advantages has 0", "2")),
        Arguments.of(valid().advantages(1, Float.NaN), List.of("advantages[1]", "NaN")),
        Arguments.of(
            Example.builder(new int[4097]).targets(new int[4097]), List.of("4097", "4096")));
  }

  @ParameterizedTest
  @MethodSource("mistakes")
  void build_mistake_isNamed(Example.Builder builder, List<String> words) {
    assertThatThrownBy(builder::build)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContainingAll(words.toArray(CharSequence[]::new));
  }

  @Test
  void targets_noneOfAPosition_isRefused() {
    assertThatThrownBy(() -> Example.builder(1).targets(new int[0], 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("target_tokens");
  }

  @Test
  void build_arraysChangedAfterwards_areCopies() {
    int[] tokens = {1, 2};
    int[] targets = {3, 4};

    Example example = Example.builder(tokens).targets(targets).build();
    tokens[0] = 9;
    targets[0] = 9;

    assertThat(example.tokens()).containsExactly(1, 2);
    assertThat(example.target(0, 0)).isEqualTo(3);
  }

  @Test
  void requireInputs_reinforcementLoss_namesWhatIsMissing() {
    Loss loss = Loss.parse("importance_sampling", Map.of());
    Example noAdvantages = valid().logprobs(0, 0).build();
    Example manyTargets =
        Example.builder(1).targets(new int[] {1, 2}, 2).logprobs(0).advantages(0).build();

    assertThatThrownBy(() -> loss.requireInputs(noAdvantages))
        .hasMessageContainingAll("advantages", "missing");
    assertThatThrownBy(() -> loss.requireInputs(manyTargets))
        .hasMessageContainingAll("target_tokens", "2");
  }

  @Test
  void settings_rankOrFlagsWrong_areNamed() {
    for (int rank : new int[] {-4, 0, 3, 512, Integer.MIN_VALUE}) {
      assertThatThrownBy(() -> LoraSettings.of(rank, 0))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("rank is " + rank);
    }
    assertThatThrownBy(() -> new LoraSettings(8, 0, false, false, false))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContainingAll("train_attn", "train_mlp", "train_unembed");
    assertThat(LoraSettings.of(256, 0).rank()).isEqualTo(256);
  }

  private static Example.Builder valid() {
    return Example.builder(1, 2).targets(2, 3);
  }
}
