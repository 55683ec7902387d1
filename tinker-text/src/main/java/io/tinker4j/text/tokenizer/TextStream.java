package io.tinker4j.text.tokenizer;

/**
 * Text of tokens that arrive one by one. The pieces joined are what {@link Tokenizer#decode} makes
 * of all tokens at once. Used by one thread.
 */
public interface TextStream {
  /**
   * Takes the next token and returns the text that is certain now; empty while a character is not
   * complete.
   */
  String add(int token);

  /** Returns what is left, with a replacement character for half of one. */
  String finish();
}
