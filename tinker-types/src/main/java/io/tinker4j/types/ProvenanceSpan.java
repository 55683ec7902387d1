package io.tinker4j.types;

import io.tinker4j.types.internal.Checks;
import java.util.List;
import java.util.Objects;

/**
 * Says where a run of a {@link Datum}'s positions comes from: a claim that they equal {@code
 * length} tokens from {@code offset} on of something the server has sampled. Spans of one list
 * follow each other and together cover all positions.
 */
public sealed interface ProvenanceSpan {
  /** Returns the sequence's id, as {@link SampledSequence#sequenceId} gave it. */
  String sequenceId();

  /** Returns the first token of the source, from 0. */
  long offset();

  /** Returns the number of tokens. */
  long length();

  /**
   * Tokens of the prompt of the request that produced the sequence.
   *
   * @param sequenceId the sequence
   * @param offset the first token of the prompt
   * @param length the number of tokens
   */
  record Prompt(String sequenceId, long offset, long length) implements ProvenanceSpan {
    /** Refuses an empty span. */
    public Prompt {
      check(sequenceId, offset, length);
    }
  }

  /**
   * Tokens that were sampled.
   *
   * @param sequenceId the sequence
   * @param offset the first token of the sample
   * @param length the number of tokens
   */
  record Sampled(String sequenceId, long offset, long length) implements ProvenanceSpan {
    /** Refuses an empty span. */
    public Sampled {
      check(sequenceId, offset, length);
    }
  }

  private static void check(String sequenceId, long offset, long length) {
    if (Objects.requireNonNull(sequenceId, "sequenceId").isEmpty()) {
      throw new IllegalArgumentException("sequenceId is empty; a span names its sequence");
    }
    Checks.atLeast("offset", offset, 0);
    Checks.atLeast("length", length, 1);
  }

  /** Refuses spans that do not cover exactly so many positions. */
  static void requireTiling(String name, List<ProvenanceSpan> spans, long positions) {
    long covered = spans.stream().mapToLong(ProvenanceSpan::length).reduce(0, Math::addExact);
    if (covered != positions) {
      throw new IllegalArgumentException(
          "the spans of %s cover %d positions; there are %d".formatted(name, covered, positions));
    }
  }
}
