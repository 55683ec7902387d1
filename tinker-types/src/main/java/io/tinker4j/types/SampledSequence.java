package io.tinker4j.types;

import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.util.Arrays;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.SerializationContext;
import tools.jackson.databind.annotation.JsonDeserialize;
import tools.jackson.databind.annotation.JsonSerialize;
import tools.jackson.databind.deser.std.StdDeserializer;
import tools.jackson.databind.ser.std.StdSerializer;

/** One sample: its tokens, their log-probabilities, and why it ended. Immutable. */
@JsonSerialize(using = SampledSequence.Writer.class)
@JsonDeserialize(using = SampledSequence.Reader.class)
public final class SampledSequence {
  private final StopReason stopReason;
  private final int[] tokens;
  private final float @Nullable [] logprobs;
  private final @Nullable TopkLogprobs topkLogprobs;
  private final @Nullable String sequenceId;

  private SampledSequence(
      StopReason stopReason,
      int[] tokens,
      float @Nullable [] logprobs,
      @Nullable TopkLogprobs topkLogprobs,
      @Nullable String sequenceId) {
    this.stopReason = stopReason;
    this.tokens = tokens;
    this.logprobs = logprobs;
    this.topkLogprobs = topkLogprobs;
    this.sequenceId = sequenceId;
  }

  /** Returns a sample with log-probabilities, one per token; the arrays are copied. */
  public static SampledSequence of(StopReason stopReason, int[] tokens, float[] logprobs) {
    return new SampledSequence(
        Objects.requireNonNull(stopReason, "stopReason"),
        tokens.clone(),
        logprobs.clone(),
        null,
        null);
  }

  /** Returns a sample without log-probabilities; the array is copied. */
  public static SampledSequence of(StopReason stopReason, int... tokens) {
    return new SampledSequence(
        Objects.requireNonNull(stopReason, "stopReason"), tokens.clone(), null, null, null);
  }

  /** Returns a sample with log-probabilities, one per token; the buffers' rests are copied. */
  public static SampledSequence of(StopReason stopReason, IntBuffer tokens, FloatBuffer logprobs) {
    return new SampledSequence(
        Objects.requireNonNull(stopReason, "stopReason"),
        copy(tokens),
        SampleResponse.copy(logprobs),
        null,
        null);
  }

  /** Returns a sample without log-probabilities; the buffer's rest is copied. */
  public static SampledSequence of(StopReason stopReason, IntBuffer tokens) {
    return new SampledSequence(
        Objects.requireNonNull(stopReason, "stopReason"), copy(tokens), null, null, null);
  }

  private static int[] copy(IntBuffer values) {
    int[] copy = new int[values.remaining()];
    values.duplicate().get(copy);
    return copy;
  }

  /** Returns this sample with the likeliest tokens at each of its positions. */
  public SampledSequence withTopkLogprobs(TopkLogprobs topk) {
    return new SampledSequence(
        stopReason, tokens, logprobs, Objects.requireNonNull(topk, "topk"), sequenceId);
  }

  /** Returns this sample with the server's id of it. */
  public SampledSequence withSequenceId(String sequenceId) {
    return new SampledSequence(
        stopReason,
        tokens,
        logprobs,
        topkLogprobs,
        Objects.requireNonNull(sequenceId, "sequenceId"));
  }

  /** Returns why the sample ended. */
  public StopReason stopReason() {
    return stopReason;
  }

  /** Returns a read-only view of the generated token ids. */
  public IntBuffer tokens() {
    return IntBuffer.wrap(tokens).asReadOnlyBuffer();
  }

  /** Returns the generated token ids in a new array. */
  public int[] toInts() {
    return tokens.clone();
  }

  /** Returns a read-only view of the tokens' natural-log probabilities, if the server gave them. */
  public Optional<FloatBuffer> logprobs() {
    return Optional.ofNullable(logprobs).map(values -> FloatBuffer.wrap(values).asReadOnlyBuffer());
  }

  /**
   * Returns the tokens' natural-log probabilities in a new array, as long as {@link #toInts()};
   * empty when the server gave none.
   */
  public float[] toFloats() {
    return logprobs == null ? new float[0] : logprobs.clone();
  }

  /** Returns the likeliest tokens at each generated position, if asked for. */
  public Optional<TopkLogprobs> topkLogprobs() {
    return Optional.ofNullable(topkLogprobs);
  }

  /**
   * Returns the server's id of the sample, which {@link ProvenanceSpan}s refer to; servers before
   * 0.26 give none.
   */
  public Optional<String> sequenceId() {
    return Optional.ofNullable(sequenceId);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof SampledSequence that
        && stopReason.equals(that.stopReason)
        && Arrays.equals(tokens, that.tokens)
        && Arrays.equals(logprobs, that.logprobs)
        && Objects.equals(topkLogprobs, that.topkLogprobs)
        && Objects.equals(sequenceId, that.sequenceId);
  }

  @Override
  public int hashCode() {
    return 31 * Arrays.hashCode(tokens) + stopReason.hashCode();
  }

  @Override
  public String toString() {
    return "SampledSequence{" + tokens.length + " tokens, " + stopReason + "}";
  }

  static final class Writer extends StdSerializer<SampledSequence> {
    Writer() {
      super(SampledSequence.class);
    }

    @Override
    public void serialize(
        SampledSequence sequence, JsonGenerator out, SerializationContext context) {
      out.writeStartObject();
      out.writeStringProperty("stop_reason", sequence.stopReason.value());
      JsonArrays.writeInts(out, "tokens", sequence.tokens);
      if (sequence.logprobs != null) {
        JsonArrays.writeLogprobs(out, "logprobs", sequence.logprobs);
      }
      if (sequence.topkLogprobs != null) {
        out.writePOJOProperty("topk_logprobs", sequence.topkLogprobs);
      }
      if (sequence.sequenceId != null) {
        out.writeStringProperty("sequence_id", sequence.sequenceId);
      }
      out.writeEndObject();
    }
  }

  static final class Reader extends StdDeserializer<SampledSequence> {
    Reader() {
      super(SampledSequence.class);
    }

    @Override
    public SampledSequence deserialize(JsonParser parser, DeserializationContext context) {
      @Nullable StopReason stopReason = null;
      int @Nullable [] tokens = null;
      float @Nullable [] logprobs = null;
      @Nullable TopkLogprobs topk = null;
      @Nullable String sequenceId = null;
      for (String name = JsonObjects.firstName(parser, context, SampledSequence.class);
          name != null;
          name = parser.nextName()) {
        if (parser.nextToken() == JsonToken.VALUE_NULL) {
          continue;
        }
        switch (name) {
          case "stop_reason" -> stopReason = context.readValue(parser, StopReason.class);
          case "tokens" -> tokens = JsonArrays.readInts(parser, context);
          case "logprobs" -> logprobs = JsonArrays.readFloats(parser, context);
          case "topk_logprobs" -> topk = context.readValue(parser, TopkLogprobs.class);
          case "sequence_id" -> sequenceId = context.readValue(parser, String.class);
          default -> parser.skipChildren();
        }
      }
      return new SampledSequence(
          JsonObjects.required(stopReason, "stop_reason", context, this),
          JsonObjects.required(tokens, "tokens", context, this),
          logprobs,
          topk,
          sequenceId);
    }
  }
}
