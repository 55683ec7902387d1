package io.tinker4j.text.data;

/** What is done with a conversation that has more tokens than an example may have. */
public enum LongRows {
  /** The data is refused, with the line of the first such conversation. */
  REFUSE,

  /** It loses its end; a conversation that has nothing to learn then is dropped. */
  TRUNCATE,

  /** It is left out. */
  DROP
}
