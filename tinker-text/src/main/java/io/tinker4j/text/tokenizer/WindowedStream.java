package io.tinker4j.text.tokenizer;

import java.util.Arrays;
import java.util.function.Function;

/**
 * Decodes token by token with a decoder that knows only whole sequences: what a token adds is what
 * a window of the last tokens decodes to with it, less what it decoded to before.
 */
final class WindowedStream implements TextStream {
  private final Function<int[], String> decoder;
  private IntList window = new IntList(8);

  /** How many tokens of the window have been handed out as text. */
  private int done;

  private boolean isFinished;

  WindowedStream(Function<int[], String> decoder) {
    this.decoder = decoder;
  }

  @Override
  public String add(int token) {
    checkOpen();
    window.add(token);
    String text = added();
    if (text.isEmpty() || text.endsWith("\uFFFD")) {
      return "";
    }
    IntList rest = new IntList(8);
    rest.addAll(window.toArray(done));
    done = rest.size();
    window = rest;
    return text;
  }

  private String added() {
    int[] tokens = window.toArray();
    String before = decoder.apply(Arrays.copyOf(tokens, done));
    String all = decoder.apply(tokens);
    return all.startsWith(before) ? all.substring(before.length()) : "";
  }

  @Override
  public String finish() {
    checkOpen();
    isFinished = true;
    return added();
  }

  private void checkOpen() {
    if (isFinished) {
      throw new IllegalStateException("the stream is finished; begin another for other tokens");
    }
  }
}
