package io.tinker4j.training;

import io.tinker4j.training.cost.TokenKind;
import io.tinker4j.training.cost.TokenMeter;
import io.tinker4j.types.ModelInput;
import io.tinker4j.types.SampleResponse;
import io.tinker4j.types.SampledSequence;
import io.tinker4j.types.wire.SampleRequest;
import java.util.OptionalLong;

/** What the clients of one run tell the meter. */
record MeteredTokens(TokenMeter meter, String run) {
  /** Counts an input that the server has accepted. */
  void add(TokenKind kind, ModelInput input) {
    int length;
    try {
      length = input.length();
    } catch (IllegalStateException e) {
      // Only the server knows how many tokens an image is; the meter says that one is missing.
      meter.addUnmeasured(run);
      return;
    }
    meter.add(run, kind, length);
  }

  /** Returns what counts one sample. */
  Sample sample() {
    return new Sample();
  }

  /** Counts one sample, which may be sent more than once. Not thread-safe. */
  final class Sample {
    private OptionalLong counted = OptionalLong.empty();

    private Sample() {}

    /** Counts the prompt, unless the server had accepted the same request before. */
    void accepted(SampleRequest request) {
      if (counted.isEmpty() || !request.seqId().equals(counted)) {
        counted = request.seqId();
        add(TokenKind.PREFILL, request.prompt());
      }
    }

    /** Counts what was generated, and what of the prompt was in the server's cache. */
    void answered(SampleResponse response) {
      long generated = 0;
      for (SampledSequence sequence : response.sequences()) {
        generated += sequence.tokens().remaining();
      }
      meter.add(run, TokenKind.SAMPLE, generated);
      meter.markCached(run, Math.max(0, response.promptCacheHitTokens()));
    }
  }
}
