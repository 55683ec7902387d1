package io.tinker4j.testkit;

import io.tinker4j.testkit.model.BaseModel;
import io.tinker4j.types.EncodedTextChunk;
import io.tinker4j.types.ImageAssetPointerChunk;
import io.tinker4j.types.ImageFormat;
import io.tinker4j.types.ModelInput;
import io.tinker4j.types.ModelInputChunk;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Turns model inputs into the bytes that the tiny model reads. An image becomes as many
 * pseudo-tokens as its {@code expected_tokens} says, drawn from the hash of where or what it is.
 */
final class InputTokens {
  private static final int HASH_LENGTH = 32;

  private InputTokens() {}

  /**
   * Returns the tokens of an input.
   *
   * @throws IllegalArgumentException when an image does not say how many tokens it takes, or there
   *     are more than the context holds
   */
  static int[] of(ModelInput input) {
    int[] tokens = new int[BaseModel.MAX_CONTEXT_LENGTH + 1];
    int length = 0;
    for (ModelInputChunk chunk : input.chunks()) {
      int[] more =
          switch (chunk) {
            case EncodedTextChunk text -> toInts(text);
            case ImageAssetPointerChunk image -> pseudoTokens(image);
            case ModelInputChunk.Unrecognized other ->
                throw new IllegalArgumentException("chunks of type " + other.type());
          };
      if (length + more.length > BaseModel.MAX_CONTEXT_LENGTH) {
        throw new IllegalArgumentException(
            "PromptTooLong: the input has more tokens than the context of "
                + BaseModel.MAX_CONTEXT_LENGTH);
      }
      System.arraycopy(more, 0, tokens, length, more.length);
      length += more.length;
    }
    return Arrays.copyOf(tokens, length);
  }

  private static int[] toInts(EncodedTextChunk text) {
    int[] tokens = new int[text.length()];
    text.tokens().get(tokens);
    return tokens;
  }

  private static int[] pseudoTokens(ImageAssetPointerChunk image) {
    int count =
        image
            .expectedTokens()
            .orElseThrow(() ->
                new IllegalArgumentException(
                    "expected_tokens of an image is missing; this server needs it"));
    if (count < 0 || count > BaseModel.MAX_CONTEXT_LENGTH) {
      throw new IllegalArgumentException(
          "expected_tokens of an image is "
              + count
              + "; it must be from 0 to "
              + BaseModel.MAX_CONTEXT_LENGTH);
    }
    int[] tokens = new int[count];
    byte[] hash = ContentHash.of(image.location());
    for (int i = 0; i < count; i++) {
      if (i > 0 && i % HASH_LENGTH == 0) {
        hash = ContentHash.of(hash);
      }
      tokens[i] = hash[i % HASH_LENGTH] & 0xFF;
    }
    return tokens;
  }

  /**
   * Returns an input of text and image pointers only: images that are sent along become pointers to
   * the hash of their content.
   *
   * @throws RefusedException 422 for chunks that this server cannot read
   */
  static ModelInput normalise(ModelInput input, List<?> loc) {
    if (input.chunks().stream().noneMatch(ModelInputChunk.Unrecognized.class::isInstance)) {
      return input;
    }
    List<ModelInputChunk> chunks = new ArrayList<>();
    for (ModelInputChunk chunk : input.chunks()) {
      chunks.add(chunk instanceof ModelInputChunk.Unrecognized other ? image(other, loc) : chunk);
    }
    return ModelInput.of(chunks);
  }

  private static ModelInputChunk image(ModelInputChunk.Unrecognized chunk, List<?> loc) {
    Object data = chunk.fields().get("data");
    Object format = chunk.fields().get("format");
    Object expected = chunk.fields().get("expected_tokens");
    if (chunk.type().equals("image")
        && data instanceof String base64
        && format instanceof String formatName
        && (expected == null || expected instanceof Integer)) {
      try {
        return image(Base64.getDecoder().decode(base64), formatName, (Integer) expected);
      } catch (IllegalArgumentException e) {
        throw RefusedException.unprocessable(loc, "data is not base64", "value_error");
      }
    }
    throw RefusedException.unprocessable(
        loc, "a chunk of type " + chunk.type() + " cannot be read", "union_tag_invalid");
  }

  /** A pointer to the content of an image. */
  static ImageAssetPointerChunk image(byte[] data, String format, @Nullable Integer expected) {
    ImageAssetPointerChunk.Builder pointer =
        ImageAssetPointerChunk.builder()
            .format(ImageFormat.of(format))
            .location("sha256:" + HexFormat.of().formatHex(ContentHash.of(data)));
    if (expected != null) {
      pointer.expectedTokens(expected);
    }
    return pointer.build();
  }
}
