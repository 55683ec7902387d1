package io.tinker4j.text.tokenizer;

import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/** Turns text into a model's tokens and back. Implementations are safe for use by many threads. */
public interface Tokenizer {
  /**
   * Returns the tokens of a text, without any that begin or end a sequence. Text that looks like a
   * special token stays text.
   *
   * @throws IllegalArgumentException when the text has half of a surrogate pair; its place is named
   */
  default int[] encode(String text) {
    return encode(text, SpecialTokenText.AS_TEXT);
  }

  /**
   * Returns the tokens of a text, without any that begin or end a sequence.
   *
   * @throws IllegalArgumentException when the text has half of a surrogate pair; its place is named
   */
  int[] encode(String text, SpecialTokenText specials);

  /**
   * Returns the tokens of a text as a sequence of its own: with those that the tokenizer's
   * configuration puts at its beginning or end. Text that looks like a special token becomes it.
   *
   * @throws IllegalArgumentException when the text has half of a surrogate pair; its place is named
   */
  int[] encodeSequence(String text);

  /**
   * Returns the tokens of a text with where in the text each comes from.
   *
   * @throws IllegalArgumentException when the text has half of a surrogate pair; its place is named
   */
  Encoding encodeWithOffsets(String text, SpecialTokenText specials);

  /**
   * Returns the text of tokens, special tokens included. Bytes that are no UTF-8 become replacement
   * characters; tokens outside of the vocabulary are left out.
   */
  default String decode(int... tokens) {
    return decode(tokens, DecodeOptions.DEFAULT);
  }

  /** Returns the text of tokens. */
  String decode(int[] tokens, DecodeOptions options);

  /** Returns a decoder for tokens that arrive one by one; it never cuts a character. */
  TextStream stream(DecodeOptions options);

  /**
   * Returns how the tokenizer's configuration wants tokens decoded: special tokens stay, spaces are
   * cleaned up where it says {@code clean_up_tokenization_spaces}. Default: {@link
   * DecodeOptions#DEFAULT}.
   */
  default DecodeOptions decodeDefaults() {
    return DecodeOptions.DEFAULT;
  }

  /** Returns one more than the largest token, special tokens included. */
  int vocabularySize();

  /** Returns the token with exactly this text in the vocabulary, special or not. */
  OptionalInt token(String text);

  /** Returns special and other added tokens by their text. */
  Map<String, Integer> specialTokens();

  /** Returns the token that begins a sequence, if the tokenizer's configuration names one. */
  OptionalInt beginOfSequence();

  /** Returns the token that ends a sequence, if the tokenizer's configuration names one. */
  OptionalInt endOfSequence();

  /** Returns the chat template that came with the tokenizer, in Jinja. */
  Optional<String> chatTemplate();
}
