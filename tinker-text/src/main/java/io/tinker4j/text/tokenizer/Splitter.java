package io.tinker4j.text.tokenizer;

/** Cuts text into the pieces that are tokenized each by itself. Immutable. */
@FunctionalInterface
interface Splitter {
  /** Takes the pieces of a text, in order. */
  @FunctionalInterface
  interface Sink {
    /** Takes a piece, which is not empty. */
    void piece(char[] text, int start, int end);
  }

  /** Cuts the part of a text between two indices; what surrounds it is not looked at. */
  void split(char[] text, int start, int end, Sink sink);

  /** Returns a splitter that cuts what this one leaves with another. */
  default Splitter then(Splitter next) {
    return (text, start, end, sink) ->
        split(text, start, end, (same, from, to) -> next.split(same, from, to, sink));
  }
}
