package io.tinker4j.types;

import java.nio.FloatBuffer;
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
  private final @Nullable TopkPromptLogprobs topkPromptLogprobs;
  private final int promptCacheHitTokens;

  SampleResponse(
      List<SampledSequence> sequences,
      float @Nullable [] promptLogprobs,
      @Nullable TopkPromptLogprobs topkPromptLogprobs,
      int promptCacheHitTokens) {
    this.sequences = List.copyOf(sequences);
    this.promptLogprobs = promptLogprobs;
    this.topkPromptLogprobs = topkPromptLogprobs;
    this.promptCacheHitTokens = promptCacheHitTokens;
  }

  /** Returns a response of these samples alone. */
  public static SampleResponse of(List<SampledSequence> sequences) {
    return new SampleResponse(sequences, null, null, 0);
  }

  /** Returns this response with the prompt's log-probabilities; the array is copied. */
  public SampleResponse withPromptLogprobs(float[] logprobs) {
    return new SampleResponse(
        sequences, logprobs.clone(), topkPromptLogprobs, promptCacheHitTokens);
  }

  /** Returns this response with the likeliest tokens of each position of the prompt. */
  public SampleResponse withTopkPromptLogprobs(TopkPromptLogprobs topk) {
    return new SampleResponse(
        sequences, promptLogprobs, Objects.requireNonNull(topk, "topk"), promptCacheHitTokens);
  }

  /** Returns this response with the number of prompt tokens found in the server's cache. */
  public SampleResponse withPromptCacheHitTokens(int tokens) {
    return new SampleResponse(sequences, promptLogprobs, topkPromptLogprobs, tokens);
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
  public Optional<TopkPromptLogprobs> topkPromptLogprobs() {
    return Optional.ofNullable(topkPromptLogprobs);
  }

  /** Returns how many prompt tokens were billed as found in the server's cache. */
  public int promptCacheHitTokens() {
    return promptCacheHitTokens;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof SampleResponse that
        && sequences.equals(that.sequences)
        && Arrays.equals(promptLogprobs, that.promptLogprobs)
        && Objects.equals(topkPromptLogprobs, that.topkPromptLogprobs)
        && promptCacheHitTokens == that.promptCacheHitTokens;
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
        out.writeName("topk_prompt_logprobs");
        response.topkPromptLogprobs.write(out);
      }
      out.writeNumberProperty("prompt_cache_hit_tokens", response.promptCacheHitTokens);
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
      @Nullable TopkPromptLogprobs topk = null;
      int cacheHits = 0;
      for (String name = JsonObjects.firstName(parser, context, SampleResponse.class);
          name != null;
          name = parser.nextName()) {
        if (parser.nextToken() == JsonToken.VALUE_NULL) {
          continue;
        }
        switch (name) {
          case "sequences" -> sequences = context.readValue(parser, SampledSequence[].class);
          case "prompt_logprobs" -> promptLogprobs = JsonArrays.readFloats(parser, context);
          case "topk_prompt_logprobs" -> topk = TopkPromptLogprobs.read(parser, context);
          case "prompt_cache_hit_tokens" -> cacheHits = parser.getIntValue();
          default -> parser.skipChildren();
        }
      }
      return new SampleResponse(
          List.of(JsonObjects.required(sequences, "sequences", context, this)),
          promptLogprobs,
          topk,
          cacheHits);
    }
  }
}
