package io.tinker4j.text.renderer;

import io.tinker4j.types.EncodedTextChunk;
import io.tinker4j.types.ImageChunk;
import io.tinker4j.types.ModelInput;
import io.tinker4j.types.ModelInputChunk;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Chunks with one weight each, in order. Chunks without tokens are left out. */
final class Weighted {
  private final List<ModelInputChunk> chunks = new ArrayList<>();
  private float[] weights = new float[256];
  private int size;

  void add(@Nullable ModelInputChunk chunk, boolean trained) {
    if (chunk == null) {
      return;
    }
    int length = length(chunk);
    if (length == 0) {
      return;
    }
    chunks.add(chunk);
    if (size + length > weights.length) {
      weights = Arrays.copyOf(weights, Math.max(2 * size, size + length));
    }
    if (trained) {
      Arrays.fill(weights, size, size + length, 1f);
    }
    size += length;
  }

  private static int length(ModelInputChunk chunk) {
    return switch (chunk) {
      case EncodedTextChunk text -> text.length();
      case ImageChunk image -> image.length();
      default ->
          throw new IllegalStateException("renderers write text and images, not " + chunk.type());
    };
  }

  boolean isText() {
    return chunks.stream().allMatch(EncodedTextChunk.class::isInstance);
  }

  ModelInput modelInput() {
    return ModelInput.of(chunks);
  }

  float[] weights() {
    return Arrays.copyOf(weights, size);
  }
}
