package io.tinker4j.text.renderer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tinker4j.text.tokenizer.Tokenizer;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A conversation without a message is rendered as the reference renders it, and never made a
 * training example.
 */
final class EmptyConversationTest {
  private static final String KIMI =
      "<|im_system|>system<|im_middle|>You are Kimi, an AI assistant created by Moonshot"
          + " AI.<|im_end|>";

  @ParameterizedTest
  @CsvSource(
      textBlock =
          """
          llama3,            llama3_1,          <|begin_of_text|>
          deepseekv3,        deepseek_v3_think, <｜begin▁of▁sentence｜>
          qwen3,             qwen3,             ''
          qwen3_5,           qwen3,             ''
          role_colon,        qwen3,             ''
          kimi_k2,           qwen3_kimi,        KIMI
          kimi_k25,          qwen3_kimi,        KIMI
          gpt_oss_no_sysprompt, gptoss,         ''
          """)
  void supervisedExample_withoutAMessage_isWhatTheFormatBeginsWith(
      String name, String tokens, String text) {
    Tokenizer tokenizer = VectorFiles.tokenizer(tokens);
    Renderer renderer = Renderers.of(name, tokenizer);

    for (TrainOnWhat what :
        List.of(
            TrainOnWhat.LAST_ASSISTANT_MESSAGE,
            TrainOnWhat.LAST_ASSISTANT_TURN,
            TrainOnWhat.ALL_ASSISTANT_MESSAGES,
            TrainOnWhat.CUSTOMIZED)) {
      SupervisedExample example = renderer.supervisedExample(List.of(), what);

      assertThat(tokenizer.decode(example.modelInput().toInts()))
          .isEqualTo(text.equals("KIMI") ? KIMI : text);
      assertThat(example.trainsOnNothing()).isTrue();
    }
  }

  @ParameterizedTest
  @MethodSource("io.tinker4j.text.renderer.RendererTest#renderers")
  void generationPrompt_withoutAMessage_isTheEndOfAnyPrompt(Renderer renderer) {
    int[] prompt = renderer.generationPrompt(List.of()).toInts();

    assertThat(prompt).isNotEmpty();
    for (TrainOnWhat what : TrainOnWhat.values()) {
      int[] whole = renderer.supervisedExample(List.of(), what).modelInput().toInts();
      assertThat(Arrays.copyOf(prompt, whole.length)).isEqualTo(whole);
    }
  }

  @ParameterizedTest
  @CsvSource({"llama3, llama3_1", "qwen3_instruct, qwen3", "role_colon, qwen3"})
  void supervisedExamples_withTheExtensionProperty_areOne(String name, String tokens) {
    Renderer renderer = Renderers.of(name, VectorFiles.tokenizer(tokens));

    assertThat(renderer.hasExtensionProperty()).isTrue();
    for (TrainOnWhat what : TrainOnWhat.values()) {
      assertThat(renderer.supervisedExamples(List.of(), what)).hasSize(1);
    }
  }

  @ParameterizedTest
  @CsvSource({"qwen3, qwen3", "nemotron3, qwen3", "deepseekv3_thinking, deepseek_v3_think"})
  void supervisedExamples_withoutTheProperty_areNoneOrHaveNoLastMessage(
      String name, String tokens) {
    Renderer renderer = Renderers.of(name, VectorFiles.tokenizer(tokens));

    assertThat(renderer.supervisedExamples(List.of(), TrainOnWhat.LAST_ASSISTANT_TURN)).isEmpty();
    assertThat(renderer.supervisedExamples(List.of(), TrainOnWhat.ALL_ASSISTANT_MESSAGES))
        .isEmpty();
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> renderer.supervisedExamples(List.of(), TrainOnWhat.LAST_ASSISTANT_MESSAGE))
        .withMessageContaining("no last message");
    assertThatThrownBy(() -> renderer.supervisedExamples(List.of(), TrainOnWhat.ALL_TOKENS))
        .isInstanceOf(UnsupportedOperationException.class);
  }

  @ParameterizedTest
  @EnumSource(TrainOnWhat.class)
  void supervisedExamples_ofKimi_areOneOfItsSystemMessage(TrainOnWhat what) {
    Renderer renderer = Renderers.of("kimi_k2", VectorFiles.tokenizer("qwen3_kimi"));

    List<SupervisedExample> examples = renderer.supervisedExamples(List.of(), what);

    assertThat(examples).hasSize(1);
    boolean learnsSystem =
        List.of(
                TrainOnWhat.ALL_MESSAGES,
                TrainOnWhat.ALL_TOKENS,
                TrainOnWhat.ALL_USER_AND_SYSTEM_MESSAGES)
            .contains(what);
    assertThat(examples.get(0).trainsOnNothing()).isEqualTo(!learnsSystem);
  }

  @ParameterizedTest
  @EnumSource(TrainOnWhat.class)
  void toDatum_withoutAMessage_isRefused(TrainOnWhat what) {
    Renderer renderer = Renderers.of("kimi_k2", VectorFiles.tokenizer("qwen3_kimi"));
    DatumOptions options = DatumOptions.builder().trainOn(what).allowsNothingToLearn(true).build();

    assertThatIllegalArgumentException()
        .isThrownBy(() -> Conversations.toDatum(List.of(), renderer, options))
        .withMessage("the conversation has no message to learn from");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Conversations.toData(List.of(), renderer, options))
        .withMessage("the conversation has no message to learn from");
  }
}
