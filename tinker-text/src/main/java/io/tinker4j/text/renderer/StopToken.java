package io.tinker4j.text.renderer;

import java.util.Arrays;

/**
 * An answer cut at its stop tokens.
 *
 * @param tokens what is in front of the first one
 * @param termination malformed without a stop token, and with more than one
 */
record StopToken(int[] tokens, Termination termination) {
  static StopToken cut(int[] response, int stop) {
    int at = Ints.indexOf(response, stop);
    if (at < 0) {
      return new StopToken(response, Termination.MALFORMED);
    }
    return new StopToken(
        Arrays.copyOf(response, at),
        Ints.count(response, stop) == 1 ? Termination.STOP_SEQUENCE : Termination.MALFORMED);
  }
}
