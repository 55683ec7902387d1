package io.tinker4j.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tinker4j.types.ModelInput;
import io.tinker4j.types.SampleResponse;
import io.tinker4j.types.SamplingParams;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A stream of samples that is read on after an exception. */
@Timeout(60)
class SampleStreamTest {
  private static final ModelInput PROMPT = ModelInput.ofInts(1, 2);

  /** Prompts of which the third cannot be had. */
  private static Iterator<ModelInput> brokenSource() {
    return new Iterator<>() {
      private int given;

      @Override
      public boolean hasNext() {
        return true;
      }

      @Override
      public ModelInput next() {
        if (given++ == 2) {
          throw new IllegalStateException("the file is gone");
        }
        return PROMPT;
      }
    };
  }

  @Test
  void next_afterTheSourceHasFailed_throwsInsteadOfWaiting() {
    CompletableFuture<SampleResponse> never = new CompletableFuture<>();
    Iterator<SampleResult> samples =
        new SampleStream(brokenSource(), 4, (index, prompt) -> never).stream().iterator();

    assertThatThrownBy(samples::next).hasMessageContaining("the file is gone");

    assertThatThrownBy(samples::next)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("failed before")
        .hasRootCauseMessage("the file is gone");
    assertThat(never).isCancelled();
  }

  @Test
  void next_afterTheClientWasClosed_throwsInsteadOfWaiting() {
    FakeService server = new FakeService();
    ServiceClient service = server.client().build();
    SamplingClient sampler = service.createSamplingClient("base");
    service.close();
    Iterator<?> sequences =
        sampler.sampleStream(PROMPT, 3, SamplingParams.builder().maxTokens(1).build()).iterator();

    assertThatThrownBy(sequences::next).isInstanceOf(RuntimeException.class);
    assertThatThrownBy(sequences::next)
        .isInstanceOf(RuntimeException.class)
        .isNotInstanceOf(NoSuchElementException.class);
  }
}
