package io.tinker4j.testkit.endpoint;

import io.tinker4j.testkit.http.ContentHash;
import io.tinker4j.testkit.http.RefusedException;
import io.tinker4j.testkit.model.BaseModel;
import io.tinker4j.types.Datum;
import io.tinker4j.types.DmelChunk;
import io.tinker4j.types.EncodedTextChunk;
import io.tinker4j.types.ImageAssetPointerChunk;
import io.tinker4j.types.ImageChunk;
import io.tinker4j.types.ImageFormat;
import io.tinker4j.types.ModelInput;
import io.tinker4j.types.ModelInputChunk;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;

/**
 * Turns model inputs into the tokens that the tiny model reads. Images and audio become
 * pseudo-tokens drawn from the hash of what or where they are: an image one per patch of {@value
 * #PATCH} by {@value #PATCH} pixels, audio one per frame. An image whose size cannot be read, or
 * that is somewhere else, takes as many as its {@code expected_tokens} says, or else {@value
 * #IMAGE_TOKENS}.
 */
final class InputTokens {
  private static final int HASH_LENGTH = 32;
  private static final int IMAGE_TOKENS = 16;
  private static final int PATCH = 28;

  private InputTokens() {}

  /**
   * Returns the tokens of an input.
   *
   * @throws IllegalArgumentException when a chunk cannot be counted, or there are more tokens than
   *     the context holds
   */
  static int[] of(ModelInput input) {
    int[] tokens = new int[0];
    for (ModelInputChunk chunk : input.chunks()) {
      int[] more = of(chunk);
      int length = tokens.length;
      if (length + more.length > BaseModel.MAX_CONTEXT_LENGTH) {
        throw tooLong();
      }
      tokens = Arrays.copyOf(tokens, length + more.length);
      System.arraycopy(more, 0, tokens, length, more.length);
    }
    return tokens;
  }

  private static int[] of(ModelInputChunk chunk) {
    return switch (chunk) {
      case EncodedTextChunk text -> toInts(text);
      case ImageChunk image -> pseudoTokens(image.data(), count(image));
      case ImageAssetPointerChunk image ->
          pseudoTokens(
              ContentHash.of(image.location()), image.expectedTokens().orElse(IMAGE_TOKENS));
      case DmelChunk audio -> pseudoTokens(audio.dmel(), frames(audio));
      case ModelInputChunk.Unrecognized other ->
          throw new IllegalArgumentException("chunks of type " + other.type());
    };
  }

  /**
   * Returns the number of tokens of an image.
   *
   * @throws IllegalArgumentException when it is not the one that is expected
   */
  private static int count(ImageChunk image) {
    OptionalInt expected = image.expectedTokens();
    OptionalInt patches = patches(image);
    if (expected.isPresent() && patches.isPresent() && !expected.equals(patches)) {
      throw new IllegalArgumentException(
          "expected_tokens of an image is %d; the image takes %d tokens"
              .formatted(expected.getAsInt(), patches.getAsInt()));
    }
    return patches.orElse(expected.orElse(IMAGE_TOKENS));
  }

  /** By the size that the file has, whatever the request says; empty when it cannot be read. */
  private static OptionalInt patches(ImageChunk image) {
    byte[] data = new byte[image.data().remaining()];
    image.data().get(data);
    try {
      ImageChunk file = ImageChunk.of(data);
      long patches = (long) Math.ceilDiv(file.height(), PATCH) * Math.ceilDiv(file.width(), PATCH);
      return OptionalInt.of((int) Math.min(patches, Integer.MAX_VALUE));
    } catch (IllegalArgumentException | IllegalStateException e) {
      return OptionalInt.empty();
    }
  }

  /**
   * Refuses images that take another number of tokens than the request expects.
   *
   * @throws RefusedException 400
   */
  static void requireExpected(ModelInput input) {
    for (ModelInputChunk chunk : input.chunks()) {
      if (chunk instanceof ImageChunk image) {
        try {
          int unused = count(image);
        } catch (IllegalArgumentException e) {
          throw RefusedException.badRequest(String.valueOf(e.getMessage()));
        }
      }
    }
  }

  /** How many tokens an example's input has; what cannot be counted has none. */
  static long count(Datum datum) {
    long count = 0;
    for (ModelInputChunk chunk : datum.modelInput().chunks()) {
      count += chunk instanceof EncodedTextChunk text ? text.length() : countOther(chunk);
    }
    return count;
  }

  private static int countOther(ModelInputChunk chunk) {
    try {
      return of(chunk).length;
    } catch (IllegalArgumentException e) {
      return 0;
    }
  }

  private static int frames(DmelChunk audio) {
    try {
      return audio.length();
    } catch (IllegalStateException e) {
      throw new IllegalArgumentException(e.getMessage(), e);
    }
  }

  private static int[] toInts(EncodedTextChunk text) {
    int[] tokens = new int[text.length()];
    text.tokens().get(tokens);
    return tokens;
  }

  private static int[] pseudoTokens(ByteBuffer content, int count) {
    byte[] bytes = new byte[content.remaining()];
    content.get(bytes);
    return pseudoTokens(ContentHash.of(bytes), count);
  }

  private static int[] pseudoTokens(byte[] seed, int count) {
    if (count < 0) {
      throw new IllegalArgumentException(
          "expected_tokens of an image is " + count + "; it must not be negative");
    }
    if (count > BaseModel.MAX_CONTEXT_LENGTH) {
      throw tooLong();
    }
    int[] tokens = new int[count];
    byte[] hash = seed;
    for (int i = 0; i < count; i++) {
      if (i > 0 && i % HASH_LENGTH == 0) {
        hash = ContentHash.of(hash);
      }
      tokens[i] = hash[i % HASH_LENGTH] & 0xFF;
    }
    return tokens;
  }

  private static IllegalArgumentException tooLong() {
    return new IllegalArgumentException(
        "PromptTooLong: the input has more tokens than the context of "
            + BaseModel.MAX_CONTEXT_LENGTH);
  }

  /**
   * Refuses chunks of a type, and images of a format, that this server does not know.
   *
   * @throws RefusedException 422
   */
  static void requireKnown(ModelInput input, List<?> loc) {
    for (ModelInputChunk chunk : input.chunks()) {
      if (chunk instanceof ModelInputChunk.Unrecognized other) {
        throw RefusedException.unprocessable(
            loc, "a chunk of type " + other.type() + " cannot be read", "union_tag_invalid");
      }
      ImageFormat format =
          switch (chunk) {
            case ImageChunk image -> image.format();
            case ImageAssetPointerChunk image -> image.format();
            default -> ImageFormat.PNG;
          };
      if (!format.equals(ImageFormat.PNG) && !format.equals(ImageFormat.JPEG)) {
        throw RefusedException.unprocessable(
            loc, "format is " + format + "; it must be png or jpeg", "literal_error");
      }
    }
  }
}
