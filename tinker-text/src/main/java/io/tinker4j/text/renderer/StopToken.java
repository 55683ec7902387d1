package io.tinker4j.text.renderer;

import java.util.Arrays;

/** An answer cut at its stop tokens. */
final class StopToken {
  private final int[] tokens;
  private final Termination termination;

  private StopToken(int[] tokens, Termination termination) {
    this.tokens = tokens;
    this.termination = termination;
  }

  /** Without a stop token an answer is malformed, and with more than one. */
  static StopToken cut(int[] response, int stop) {
    int at = Ints.indexOf(response, stop);
    if (at < 0) {
      return unended(response);
    }
    return new StopToken(
        Arrays.copyOf(response, at),
        Ints.count(response, stop) == 1 ? Termination.STOP_SEQUENCE : Termination.MALFORMED);
  }

  static StopToken unended(int[] response) {
    return new StopToken(response, Termination.MALFORMED);
  }

  /** Returns what is in front of the first stop token. */
  int[] tokens() {
    return tokens;
  }

  Termination termination() {
    return termination;
  }
}
