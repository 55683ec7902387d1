package io.tinker4j.types;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a model reads: text, images and audio as a list of chunks. Immutable; {@code append} returns
 * a new value.
 */
public final class ModelInput {
  private static final ModelInput EMPTY = new ModelInput(List.of());

  private final List<ModelInputChunk> chunks;

  private ModelInput(List<ModelInputChunk> chunks) {
    this.chunks = chunks;
  }

  /** Returns an input without chunks. */
  public static ModelInput empty() {
    return EMPTY;
  }

  /** Returns an input of one text chunk. */
  public static ModelInput ofInts(int... tokens) {
    return new ModelInput(List.of(EncodedTextChunk.of(tokens)));
  }

  /** Returns an input of these chunks, in order. */
  @JsonCreator(mode = JsonCreator.Mode.PROPERTIES)
  public static ModelInput of(
      @JsonProperty(value = "chunks", required = true) List<? extends ModelInputChunk> chunks) {
    return new ModelInput(List.copyOf(chunks));
  }

  /** Returns this input with a chunk behind it. */
  public ModelInput append(ModelInputChunk chunk) {
    List<ModelInputChunk> longer = new ArrayList<>(chunks);
    longer.add(Objects.requireNonNull(chunk, "chunk"));
    return of(longer);
  }

  /** Returns this input with a text chunk behind it. */
  public ModelInput append(int... tokens) {
    return append(EncodedTextChunk.of(tokens));
  }

  /** Returns the chunks, in order. */
  @JsonProperty("chunks")
  public List<ModelInputChunk> chunks() {
    return chunks;
  }

  /**
   * Returns the length in tokens.
   *
   * @throws IllegalStateException when a chunk's length is known to the server only
   */
  public int length() {
    int length = 0;
    for (ModelInputChunk chunk : chunks) {
      length += length(chunk);
    }
    return length;
  }

  /**
   * Returns all tokens in one new array.
   *
   * @throws IllegalStateException when a chunk is not text
   */
  public int[] toInts() {
    int[] tokens = new int[length()];
    int position = 0;
    for (ModelInputChunk chunk : chunks) {
      if (!(chunk instanceof EncodedTextChunk text)) {
        throw new IllegalStateException(
            "a chunk of type " + chunk.type() + " has no token ids; only text has");
      }
      text.tokens().get(tokens, position, text.length());
      position += text.length();
    }
    return tokens;
  }

  private static int length(ModelInputChunk chunk) {
    return switch (chunk) {
      case EncodedTextChunk text -> text.length();
      case ImageChunk image -> image.length();
      case DmelChunk audio -> audio.length();
      case ImageAssetPointerChunk image ->
          image
              .expectedTokens()
              .orElseThrow(() ->
                  new IllegalStateException(
                      "the length of an image is known only when expectedTokens is set"));
      case ModelInputChunk.Unrecognized other ->
          throw new IllegalStateException(
              "the length of a chunk of type " + other.type() + " is not known");
    };
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof ModelInput that && chunks.equals(that.chunks);
  }

  @Override
  public int hashCode() {
    return chunks.hashCode();
  }

  @Override
  public String toString() {
    return "ModelInput" + chunks;
  }
}
