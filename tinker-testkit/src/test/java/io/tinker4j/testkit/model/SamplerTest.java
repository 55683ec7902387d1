package io.tinker4j.testkit.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tinker4j.testkit.model.Generation.StopReason;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class SamplerTest {
  private static final int[] PROMPT = TestData.tokens("Alice was");
  private static final LoraModel MODEL = trained();
  private static final Sampler SAMPLER = MODEL.frozenSampler();

  private static LoraModel trained() {
    LoraModel model = TestData.model(16);
    TestData.train(model, 150);
    return model;
  }

  @Test
  void generate_greedy_isTheTextAndIgnoresTheSeed() {
    Generation first = SAMPLER.generate(PROMPT, settings(30).temperature(0).seed(1).build());
    Generation second = SAMPLER.generate(PROMPT, settings(30).temperature(0).seed(2).build());

    assertThat(text(first)).startsWith(" beginning to get very");
    assertThat(second.tokens()).isEqualTo(first.tokens());
    assertThat(first.stopReason()).isEqualTo(StopReason.LENGTH);
  }

  @Test
  void generate_topKOneOrTinyTopP_equalsGreedy() {
    int[] greedy = SAMPLER.generate(PROMPT, settings(30).temperature(0).build()).tokens();

    assertThat(SAMPLER.generate(PROMPT, settings(30).topK(1).seed(5).build()).tokens())
        .isEqualTo(greedy);
    assertThat(SAMPLER.generate(PROMPT, settings(30).topP(1e-9).seed(5).build()).tokens())
        .isEqualTo(greedy);
    assertThat(SAMPLER.generate(PROMPT, settings(30).temperature(1e-300).build()).tokens())
        .isEqualTo(greedy);
  }

  @Test
  void generate_sameSeedAndIndex_isReproducedAndOthersDiffer() {
    Set<String> texts = new HashSet<>();
    for (int seed = 0; seed < 3; seed++) {
      for (int index = 0; index < 3; index++) {
        SamplingSettings settings =
            settings(40).temperature(1.5).seed(seed).sampleIndex(index).build();
        Generation generation = SAMPLER.generate(PROMPT, settings);
        assertThat(SAMPLER.generate(PROMPT, settings).tokens()).isEqualTo(generation.tokens());
        texts.add(text(generation));
      }
    }

    assertThat(texts).hasSize(9);
  }

  @Test
  void generate_manyDraws_followTheModelsDistribution() {
    TopTokens top = SAMPLER.topkPromptLogprobs(TestData.tokens("xx"), 3).get(1);
    int draws = 4000;
    int[] counts = new int[257];
    for (int i = 0; i < draws; i++) {
      counts[
          SAMPLER.generate(TestData.tokens("x"), settings(1).sampleIndex(i).build()).tokens()[0]]++;
    }

    for (int i = 0; i < top.size(); i++) {
      double expected = Math.exp(top.logprobs()[i]);
      double deviation = Math.sqrt(expected * (1 - expected) / draws);
      assertThat((double) counts[top.ids()[i]] / draws)
          .isCloseTo(expected, Offset.offset(5 * deviation));
    }
  }

  @Test
  void generate_topKAndTopP_drawFromTheLikeliestOnly() {
    TopTokens top = SAMPLER.topkPromptLogprobs(TestData.tokens("xx"), 257).get(1);
    double[] shares = new double[257];
    int fewest = 0;
    for (double sum = 0; sum < 0.6; sum += shares[fewest++]) {
      shares[fewest] = Math.exp(top.logprobs()[fewest]);
    }
    Set<Integer> byTopK = new HashSet<>();
    Set<Integer> byTopP = new HashSet<>();
    for (int i = 0; i < 2000; i++) {
      int[] prompt = TestData.tokens("x");
      byTopK.add(SAMPLER.generate(prompt, settings(1).topK(3).sampleIndex(i).build()).tokens()[0]);
      byTopP.add(
          SAMPLER.generate(prompt, settings(1).topP(0.6).sampleIndex(i).build()).tokens()[0]);
    }

    assertThat(byTopK).containsExactlyInAnyOrderElementsOf(likeliest(top, 3));
    assertThat(byTopP).containsExactlyInAnyOrderElementsOf(likeliest(top, fewest));
  }

  @Test
  void generate_logprobs_equalPromptLogprobsOfTheWhole() {
    Generation generation =
        SAMPLER.generate(
            PROMPT, settings(150).temperature(0.7).topK(20).stop(StopRule.never()).build());

    int[] whole = concat(PROMPT, generation.tokens());
    float[] scores = SAMPLER.promptLogprobs(whole);
    assertThat(scores[0]).isNaN();
    assertThat(generation.logprobs())
        .isEqualTo(Arrays.copyOfRange(scores, PROMPT.length, whole.length));
  }

  @Test
  void generate_stopText_endsWithIt() {
    Generation generation =
        SAMPLER.generate(
            PROMPT,
            settings(60)
                .temperature(0)
                .stop(StopRule.texts(Vocabulary.BYTES, List.of("zzz", "get very")))
                .build());

    assertThat(text(generation)).isEqualTo(" beginning to get very");
    assertThat(generation.stopReason()).isEqualTo(StopReason.STOP);
    assertThat(generation.logprobs()).hasSameSizeAs(generation.tokens());
  }

  @Test
  void generate_stopTextBegunInThePrompt_countsGeneratedTextOnly() {
    Generation generation =
        SAMPLER.generate(
            PROMPT,
            settings(3)
                .temperature(0)
                .stop(StopRule.texts(Vocabulary.BYTES, List.of("s b")))
                .build());

    assertThat(generation.stopReason()).isEqualTo(StopReason.LENGTH);
  }

  @Test
  void generate_stopToken_endsWithIt() {
    Generation generation =
        SAMPLER.generate(
            PROMPT,
            settings(60).temperature(0).stop(StopRule.tokens(Vocabulary.BYTES, 'g')).build());

    assertThat(text(generation)).isEqualTo(" beg");
    assertThat(generation.stopReason()).isEqualTo(StopReason.STOP);
  }

  @Test
  void generate_endOfText_stopsUnlessTheListIsEmpty() {
    LoraModel model = TestData.model(8);
    Example end = Example.builder(65, 256, 256).targets(256, 256, 256).build();
    for (int i = 0; i < 20; i++) {
      model.forwardBackward(List.of(end), TestData.CROSS_ENTROPY, LoraModel.SEQUENTIAL);
      model.optimStep(AdamSettings.of(0.02));
    }
    Sampler sampler = model.frozenSampler();
    int[] prompt = {65};

    for (StopRule rule :
        List.of(
            StopRule.endOfText(),
            StopRule.tokens(Vocabulary.BYTES, 3),
            StopRule.texts(Vocabulary.BYTES, List.of("q")))) {
      Generation stopped = sampler.generate(prompt, settings(5).temperature(0).stop(rule).build());
      assertThat(stopped.tokens()).containsExactly(256);
      assertThat(stopped.stopReason()).isEqualTo(StopReason.STOP);
    }
    for (StopRule rule :
        List.of(
            StopRule.never(),
            StopRule.tokens(Vocabulary.BYTES),
            StopRule.texts(Vocabulary.BYTES, List.of()))) {
      Generation full = sampler.generate(prompt, settings(5).temperature(0).stop(rule).build());
      assertThat(full.tokens()).hasSize(5).startsWith(256);
      assertThat(full.stopReason()).isEqualTo(StopReason.LENGTH);
    }
  }

  @Test
  void generate_modelTrainedFurther_isUnaffected() {
    LoraModel model = TestData.model(4);
    TestData.train(model, 2);
    Sampler sampler = model.frozenSampler();
    float[] before = sampler.promptLogprobs(PROMPT);

    TestData.train(model, 2);

    assertThat(sampler.promptLogprobs(PROMPT)).isEqualTo(before);
    assertThat(model.frozenSampler().promptLogprobs(PROMPT)).isNotEqualTo(before);
  }

  @Test
  void generate_beyondTheContext_namesTheThreeNumbers() {
    assertThatThrownBy(() -> SAMPLER.generate(new int[4000], settings(97).build()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContainingAll("4000", "97", "4096");
    assertThat(
            SAMPLER.generate(new int[4000], settings(96).stop(StopRule.never()).build()).tokens())
        .hasSize(96);
  }

  @Test
  void generate_tokenOutsideTheVocabulary_namesThePlace() {
    assertThatThrownBy(() -> SAMPLER.generate(new int[] {1, 257}, settings(1).build()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContainingAll("prompt[1]", "257");
  }

  @Test
  void topkPromptLogprobs_everyPosition_fallsAndAgreesWithPromptLogprobs() {
    List<TopTokens> top = SAMPLER.topkPromptLogprobs(PROMPT, 257);
    float[] scores = SAMPLER.promptLogprobs(PROMPT);

    assertThat(top).hasSize(PROMPT.length);
    assertThat(top.getFirst().size()).isZero();
    for (int i = 1; i < PROMPT.length; i++) {
      int token = PROMPT[i];
      int[] ids = top.get(i).ids();
      float[] logprobs = top.get(i).logprobs();
      int rank =
          IntStream.range(0, ids.length).filter(k -> ids[k] == token).findFirst().orElseThrow();
      assertThat(logprobs[rank]).isEqualTo(scores[i]);
      assertThat(IntStream.range(1, ids.length).allMatch(k -> logprobs[k] <= logprobs[k - 1]))
          .isTrue();
    }
    assertThat(SAMPLER.topkPromptLogprobs(PROMPT, 2).get(3).ids())
        .isEqualTo(Arrays.copyOf(top.get(3).ids(), 2));
  }

  @Test
  void build_settingOutOfRange_isNamed() {
    assertThatThrownBy(() -> settings(0).build()).hasMessageContaining("max_tokens");
    assertThatThrownBy(() -> settings(1).temperature(-1).build())
        .hasMessageContaining("temperature");
    assertThatThrownBy(() -> settings(1).topK(0).build()).hasMessageContaining("top_k");
    assertThatThrownBy(() -> settings(1).topP(0).build()).hasMessageContaining("top_p");
    assertThatThrownBy(() -> StopRule.tokens(Vocabulary.BYTES, 1, 300))
        .hasMessageContaining("stop[1]");
    assertThatThrownBy(() -> StopRule.texts(Vocabulary.BYTES, List.of("a", "")))
        .hasMessageContaining("stop[1]");
  }

  private static SamplingSettings.Builder settings(int maxTokens) {
    return SamplingSettings.builder(maxTokens);
  }

  private static Set<Integer> likeliest(TopTokens top, int count) {
    Set<Integer> ids = new HashSet<>();
    for (int i = 0; i < count; i++) {
      ids.add(top.ids()[i]);
    }
    return ids;
  }

  private static int[] concat(int[] a, int[] b) {
    return IntStream.concat(Arrays.stream(a), Arrays.stream(b)).toArray();
  }

  private static String text(Generation generation) {
    byte[] bytes = new byte[generation.tokens().length];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) generation.tokens()[i];
    }
    return new String(bytes, StandardCharsets.UTF_8);
  }
}
