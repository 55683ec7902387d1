package io.tinker4j.types;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Lays a sample behind its prompt, as the positions of one example. */
final class PolicyShapes {
  private PolicyShapes() {}

  static int length(ModelInput prompt) {
    try {
      return prompt.length();
    } catch (IllegalStateException e) {
      throw new IllegalArgumentException("prompt: " + e.getMessage(), e);
    }
  }

  /** Returns the prompt and the first tokens of a sample, in one chunk with text before them. */
  static ModelInput extended(ModelInput prompt, int[] sampled, int count) {
    List<ModelInputChunk> chunks = new ArrayList<>(prompt.chunks());
    int[] before = new int[0];
    if (!chunks.isEmpty() && chunks.get(chunks.size() - 1) instanceof EncodedTextChunk text) {
      chunks.remove(chunks.size() - 1);
      before = ModelInput.of(List.of(text)).toInts();
    }
    int[] last = Arrays.copyOf(before, before.length + count);
    System.arraycopy(sampled, 0, last, before.length, count);
    if (last.length > 0) {
      chunks.add(EncodedTextChunk.owning(last));
    }
    return ModelInput.of(chunks);
  }

  /** Returns the token behind each position; 0 in place of what is no text. */
  static int[] targets(ModelInput prompt, int length, int[] sampled) {
    int[] all = new int[length + sampled.length];
    int at = 0;
    for (ModelInputChunk chunk : prompt.chunks()) {
      if (chunk instanceof EncodedTextChunk text) {
        text.tokens().get(all, at, text.length());
      }
      at += ModelInput.of(List.of(chunk)).length();
    }
    System.arraycopy(sampled, 0, all, length, sampled.length);
    return Arrays.copyOfRange(all, 1, all.length);
  }

  static float[] behind(int zeros, float[] values) {
    float[] longer = new float[zeros + values.length];
    System.arraycopy(values, 0, longer, zeros, values.length);
    return longer;
  }
}
