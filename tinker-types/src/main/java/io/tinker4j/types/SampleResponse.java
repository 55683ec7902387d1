package io.tinker4j.types;

import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
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

/** The samples of one prompt and, when asked for, the prompt's log-probabilities. Immutable. */
@JsonSerialize(using = SampleResponse.Writer.class)
@JsonDeserialize(using = SampleResponse.Reader.class)
public final class SampleResponse {
  private final List<SampledSequence> sequences;
  private final float @Nullable [] promptLogprobs;
  private final @Nullable TopkLogprobs topkPromptLogprobs;
  private final int promptCacheHitTokens;
  private final @Nullable TensorData targetPromptLogprobs;
  private final @Nullable PromptAltTokens promptAltTokens;

  private SampleResponse(
      List<SampledSequence> sequences,
      float @Nullable [] promptLogprobs,
      @Nullable TopkLogprobs topkPromptLogprobs,
      int promptCacheHitTokens,
      @Nullable TensorData targetPromptLogprobs,
      @Nullable PromptAltTokens promptAltTokens) {
    this.sequences = List.copyOf(sequences);
    this.promptLogprobs = promptLogprobs;
    this.topkPromptLogprobs = topkPromptLogprobs;
    this.promptCacheHitTokens = promptCacheHitTokens;
    this.targetPromptLogprobs = targetPromptLogprobs;
    this.promptAltTokens = promptAltTokens;
  }

  /** Returns a response of these samples alone. */
  public static SampleResponse of(List<SampledSequence> sequences) {
    return new SampleResponse(sequences, null, null, 0, null, null);
  }

  /** Returns this response with the prompt's log-probabilities; the array is copied. */
  public SampleResponse withPromptLogprobs(float[] logprobs) {
    return withPromptLogprobs(FloatBuffer.wrap(logprobs));
  }

  /** Returns this response with the prompt's log-probabilities; the buffer's rest is copied. */
  public SampleResponse withPromptLogprobs(FloatBuffer logprobs) {
    return new SampleResponse(
        sequences,
        copy(logprobs),
        topkPromptLogprobs,
        promptCacheHitTokens,
        targetPromptLogprobs,
        promptAltTokens);
  }

  static float[] copy(FloatBuffer values) {
    float[] copy = new float[values.remaining()];
    values.duplicate().get(copy);
    return copy;
  }

  /** Returns this response with the likeliest tokens of each position of the prompt. */
  public SampleResponse withTopkPromptLogprobs(TopkLogprobs topk) {
    return new SampleResponse(
        sequences,
        promptLogprobs,
        Objects.requireNonNull(topk, "topk"),
        promptCacheHitTokens,
        targetPromptLogprobs,
        promptAltTokens);
  }

  /** Returns this response with the number of prompt tokens found in the server's cache. */
  public SampleResponse withPromptCacheHitTokens(int tokens) {
    return new SampleResponse(
        sequences,
        promptLogprobs,
        topkPromptLogprobs,
        tokens,
        targetPromptLogprobs,
        promptAltTokens);
  }

  /** Returns this response with the log-probabilities of the tokens asked about. */
  public SampleResponse withTargetPromptLogprobs(TensorData logprobs) {
    return new SampleResponse(
        sequences,
        promptLogprobs,
        topkPromptLogprobs,
        promptCacheHitTokens,
        Objects.requireNonNull(logprobs, "logprobs"),
        promptAltTokens);
  }

  /** Returns this response with the alternatives to the prompt's tokens. */
  public SampleResponse withPromptAltTokens(PromptAltTokens alternatives) {
    return new SampleResponse(
        sequences,
        promptLogprobs,
        topkPromptLogprobs,
        promptCacheHitTokens,
        targetPromptLogprobs,
        Objects.requireNonNull(alternatives, "alternatives"));
  }

  /**
   * Returns this response with the server's ids of the samples, in order.
   *
   * @throws IllegalArgumentException when there are more or fewer than samples
   */
  public SampleResponse withSequenceIds(List<String> ids) {
    if (ids.size() != sequences.size()) {
      throw new IllegalArgumentException(
          "there are %d sequence ids for %d samples".formatted(ids.size(), sequences.size()));
    }
    List<SampledSequence> named = new ArrayList<>();
    for (int i = 0; i < ids.size(); i++) {
      named.add(sequences.get(i).withSequenceId(ids.get(i)));
    }
    return new SampleResponse(
        named,
        promptLogprobs,
        topkPromptLogprobs,
        promptCacheHitTokens,
        targetPromptLogprobs,
        promptAltTokens);
  }

  /** Returns the samples, in order. */
  public List<SampledSequence> sequences() {
    return sequences;
  }

  /**
   * Returns a read-only view of the prompt tokens' natural-log probabilities, if asked for; NaN
   * where there is none, as at the first token.
   */
  public Optional<FloatBuffer> promptLogprobs() {
    return Optional.ofNullable(promptLogprobs)
        .map(values -> FloatBuffer.wrap(values).asReadOnlyBuffer());
  }

  /** Returns the likeliest tokens of each position of the prompt, if asked for. */
  public Optional<TopkLogprobs> topkPromptLogprobs() {
    return Optional.ofNullable(topkPromptLogprobs);
  }

  /** Returns how many prompt tokens were billed as found in the server's cache. */
  public int promptCacheHitTokens() {
    return promptCacheHitTokens;
  }

  /**
   * Returns the log-probabilities of the tokens that the request's {@code targetPromptLogprobs}
   * asked about, in its shape and layout; cells it did not ask about hold 0.
   */
  public Optional<TensorData> targetPromptLogprobs() {
    return Optional.ofNullable(targetPromptLogprobs);
  }

  /** Returns alternatives to the prompt's tokens, if asked for. */
  public Optional<PromptAltTokens> promptAltTokens() {
    return Optional.ofNullable(promptAltTokens);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof SampleResponse that
        && sequences.equals(that.sequences)
        && Arrays.equals(promptLogprobs, that.promptLogprobs)
        && Objects.equals(topkPromptLogprobs, that.topkPromptLogprobs)
        && promptCacheHitTokens == that.promptCacheHitTokens
        && Objects.equals(targetPromptLogprobs, that.targetPromptLogprobs)
        && Objects.equals(promptAltTokens, that.promptAltTokens);
  }

  @Override
  public int hashCode() {
    return 31 * sequences.hashCode() + Arrays.hashCode(promptLogprobs);
  }

  @Override
  public String toString() {
    return "SampleResponse" + sequences;
  }

  static final class Writer extends StdSerializer<SampleResponse> {
    Writer() {
      super(SampleResponse.class);
    }

    @Override
    public void serialize(
        SampleResponse response, JsonGenerator out, SerializationContext context) {
      out.writeStartObject();
      out.writePOJOProperty("sequences", response.sequences);
      if (response.promptLogprobs != null) {
        JsonArrays.writeLogprobs(out, "prompt_logprobs", response.promptLogprobs);
      }
      if (response.topkPromptLogprobs != null) {
        out.writePOJOProperty("topk_prompt_logprobs", response.topkPromptLogprobs);
      }
      out.writeNumberProperty("prompt_cache_hit_tokens", response.promptCacheHitTokens);
      if (response.targetPromptLogprobs != null) {
        out.writePOJOProperty("target_prompt_logprobs", response.targetPromptLogprobs);
      }
      if (response.promptAltTokens != null) {
        out.writePOJOProperty("prompt_alt_tokens", response.promptAltTokens);
      }
      out.writeEndObject();
    }
  }

  static final class Reader extends StdDeserializer<SampleResponse> {
    Reader() {
      super(SampleResponse.class);
    }

    @Override
    public SampleResponse deserialize(JsonParser parser, DeserializationContext context) {
      SampledSequence @Nullable [] sequences = null;
      float @Nullable [] promptLogprobs = null;
      @Nullable TopkLogprobs topk = null;
      int cacheHits = 0;
      @Nullable TensorData targets = null;
      @Nullable PromptAltTokens alternatives = null;
      for (String name = JsonObjects.firstName(parser, context, SampleResponse.class);
          name != null;
          name = parser.nextName()) {
        if (parser.nextToken() == JsonToken.VALUE_NULL) {
          continue;
        }
        switch (name) {
          case "sequences" -> sequences = context.readValue(parser, SampledSequence[].class);
          case "prompt_logprobs" -> promptLogprobs = JsonArrays.readFloats(parser, context);
          case "topk_prompt_logprobs" -> topk = context.readValue(parser, TopkLogprobs.class);
          case "prompt_cache_hit_tokens" -> cacheHits = parser.getIntValue();
          case "target_prompt_logprobs" -> targets = context.readValue(parser, TensorData.class);
          case "prompt_alt_tokens" ->
              alternatives = context.readValue(parser, PromptAltTokens.class);
          default -> parser.skipChildren();
        }
      }
      return new SampleResponse(
          JsonObjects.requiredEntries(sequences, "sequences", context, this),
          promptLogprobs,
          topk,
          cacheHits,
          targets,
          alternatives);
    }
  }
}
