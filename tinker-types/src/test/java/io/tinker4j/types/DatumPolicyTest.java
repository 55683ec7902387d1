package io.tinker4j.types;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Samples as examples for the policy losses. */
class DatumPolicyTest {
  private static final SampledSequence SAMPLE =
      SampledSequence.of(StopReason.STOP, new int[] {4, 5}, new float[] {-0.5f, -1});

  @Test
  void policy_oneAdvantage_isZeroOverThePrompt() {
    Datum datum = Datum.policy(ModelInput.ofInts(1, 2, 3), SAMPLE, 2);

    assertThat(datum)
        .isEqualTo(
            Datum.policy(
                ModelInput.ofInts(1, 2, 3, 4),
                new int[] {2, 3, 4, 5},
                new float[] {0, 0, -0.5f, -1},
                new float[] {0, 0, 2, 2}));
  }

  @Test
  void policy_advantagePerToken_isItsPositions() {
    float[] advantages = {3, -1};

    Datum datum = Datum.policy(ModelInput.ofInts(1), SAMPLE, advantages);
    advantages[0] = 99;

    assertThat(datum.modelInput()).isEqualTo(ModelInput.ofInts(1, 4));
    assertThat(datum.lossFnInputs())
        .containsOnlyKeys(Datum.TARGET_TOKENS, Datum.LOGPROBS, Datum.ADVANTAGES)
        .containsEntry(Datum.TARGET_TOKENS, TensorData.of(4, 5))
        .containsEntry(Datum.LOGPROBS, TensorData.of(-0.5f, -1f))
        .containsEntry(Datum.ADVANTAGES, TensorData.of(3f, -1f));
  }

  @Test
  void policy_promptWithImage_hasNoTargetsThere() {
    ImageChunk image = ImageChunk.of(new byte[] {1}, ImageFormat.PNG).withExpectedTokens(2);
    ModelInput prompt = ModelInput.ofInts(1).append(image);

    Datum datum = Datum.policy(prompt, SAMPLE, 1);

    assertThat(datum.modelInput()).isEqualTo(prompt.append(4));
    assertThat(datum.lossFnInputs())
        .containsEntry(Datum.TARGET_TOKENS, TensorData.of(0, 0, 4, 5))
        .containsEntry(Datum.LOGPROBS, TensorData.of(0f, 0f, -0.5f, -1f))
        .containsEntry(Datum.ADVANTAGES, TensorData.of(0f, 0f, 1f, 1f));
  }

  @Test
  void policy_oneTokenBehindImage_readsThePromptAlone() {
    ModelInput prompt =
        ModelInput.of(
            List.of(ImageChunk.of(new byte[] {1}, ImageFormat.PNG).withExpectedTokens(1)));
    SampledSequence one = SampledSequence.of(StopReason.LENGTH, new int[] {4}, new float[] {-1});

    Datum datum = Datum.policy(prompt, one, 1);

    assertThat(datum.modelInput()).isEqualTo(prompt);
    assertThat(datum.lossFnInputs()).containsEntry(Datum.TARGET_TOKENS, TensorData.of(4));
  }

  @Test
  void policy_badInput_isRefused() {
    ModelInput prompt = ModelInput.ofInts(1);
    SampledSequence bare = SampledSequence.of(StopReason.STOP, 4, 5);
    SampledSequence none = SampledSequence.of(StopReason.STOP, new int[0], new float[0]);
    SampledSequence broken =
        SampledSequence.of(StopReason.STOP, new int[] {4}, new float[] {Float.NaN});
    ModelInput unknown = ModelInput.of(List.of(ImageChunk.of(new byte[] {1}, ImageFormat.PNG)));

    refused(prompt, bare, 1, "logprobs of the sequence has 0 entries, but there are 2 tokens");
    refused(prompt, none, 1, "the prompt has 1 tokens and the sequence 0");
    refused(ModelInput.empty(), SAMPLE, 1, "the prompt has 0 tokens and the sequence 2");
    refused(prompt, broken, 1, "logprobs of the sequence: entry 0 is NaN");
    refused(prompt, SAMPLE, Float.NaN, "advantages: entry 0 is NaN");
    refused(unknown, SAMPLE, 1, "prompt: the length of an image is known only");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Datum.policy(prompt, SAMPLE, new float[3]))
        .withMessage("advantages has 3 entries, but there are 2 tokens");
  }

  private static void refused(
      ModelInput prompt, SampledSequence sequence, float advantage, String message) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Datum.policy(prompt, sequence, advantage))
        .withMessageContaining(message);
  }
}
