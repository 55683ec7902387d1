package io.tinker4j.text.tokenizer;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import ai.djl.huggingface.tokenizers.jni.CharSpan;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The one class that knows the native library. Its memory is freed with it, by the library. */
final class DjlNative {
  private final HuggingFaceTokenizer tokenizer;

  private DjlNative(HuggingFaceTokenizer tokenizer) {
    this.tokenizer = tokenizer;
  }

  /** Reads the content of a {@code tokenizer.json}. */
  static DjlNative of(String json) throws IOException {
    Map<String, String> options =
        Map.of(
            "truncation", "do_not_truncate", "padding", "do_not_pad", "addSpecialTokens", "false");
    return new DjlNative(
        HuggingFaceTokenizer.newInstance(
            new ByteArrayInputStream(json.getBytes(StandardCharsets.UTF_8)), options));
  }

  Encoding encode(String text) {
    ai.djl.huggingface.tokenizers.Encoding encoding = tokenizer.encode(text, false, false);
    int[] tokens = ints(encoding.getIds());
    int[] starts = new int[tokens.length];
    int[] ends = new int[tokens.length];
    int[] places = places(text);
    @Nullable CharSpan[] spans = encoding.getCharTokenSpans();
    int last = 0;
    for (int i = 0; i < tokens.length; i++) {
      CharSpan span = spans[i];
      starts[i] = span == null ? last : places[span.getStart()];
      ends[i] = span == null ? last : places[span.getEnd()];
      last = ends[i];
    }
    return new Encoding(tokens, starts, ends);
  }

  /** The library counts code points; returns where in the text each begins. */
  private static int[] places(String text) {
    IntList places = new IntList(text.length() + 1);
    for (int i = 0; i < text.length(); i += Character.charCount(text.codePointAt(i))) {
      places.add(i);
    }
    places.add(text.length());
    return places.toArray();
  }

  int[] encodeSequence(String text) {
    return ints(tokenizer.encode(text, true, false).getIds());
  }

  String decode(int[] tokens, boolean skipSpecial) {
    long[] known = new long[tokens.length];
    int count = 0;
    for (int token : tokens) {
      if (token >= 0) {
        known[count++] = token;
      }
    }
    return tokenizer.decode(Arrays.copyOf(known, count), skipSpecial);
  }

  private static int[] ints(long[] values) {
    int[] ints = new int[values.length];
    for (int i = 0; i < ints.length; i++) {
      ints[i] = Math.toIntExact(values[i]);
    }
    return ints;
  }
}
