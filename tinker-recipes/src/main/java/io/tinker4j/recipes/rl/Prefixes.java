package io.tinker4j.recipes.rl;

import io.tinker4j.types.EncodedTextChunk;
import io.tinker4j.types.ModelInput;
import io.tinker4j.types.ModelInputChunk;
import java.util.ArrayList;
import java.util.List;

/** Compares model inputs token by token, however their text is cut into chunks. */
final class Prefixes {
  private Prefixes() {}

  /** Returns the input with neighboring chunks of text as one, and none without a token. */
  static ModelInput merged(ModelInput input) {
    List<ModelInputChunk> merged = new ArrayList<>();
    List<EncodedTextChunk> text = new ArrayList<>();
    for (ModelInputChunk chunk : input.chunks()) {
      if (chunk instanceof EncodedTextChunk encoded) {
        text.add(encoded);
      } else {
        flush(text, merged);
        merged.add(chunk);
      }
    }
    flush(text, merged);
    return ModelInput.of(merged);
  }

  private static void flush(List<EncodedTextChunk> text, List<ModelInputChunk> merged) {
    int[] tokens = ModelInput.of(text).toInts();
    if (tokens.length > 0) {
      merged.add(EncodedTextChunk.of(tokens));
    }
    text.clear();
  }

  /** Returns whether a merged input begins with another one, which is not empty. */
  static boolean startsWith(ModelInput whole, ModelInput prefix) {
    List<ModelInputChunk> all = whole.chunks();
    List<ModelInputChunk> first = prefix.chunks();
    int last = first.size() - 1;
    return all.size() > last
        && all.subList(0, last).equals(first.subList(0, last))
        && startsWith(all.get(last), first.get(last));
  }

  private static boolean startsWith(ModelInputChunk whole, ModelInputChunk prefix) {
    if (whole instanceof EncodedTextChunk all && prefix instanceof EncodedTextChunk first) {
      int length = first.length();
      return all.length() >= length
          && all.tokens().slice(0, length).equals(first.tokens().slice(0, length));
    }
    return whole.equals(prefix);
  }
}
