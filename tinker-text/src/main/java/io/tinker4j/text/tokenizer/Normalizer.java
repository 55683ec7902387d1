package io.tinker4j.text.tokenizer;

/** A step that changes text before it is tokenized. Immutable. */
@FunctionalInterface
interface Normalizer {
  /** Changes nothing. */
  Normalizer NONE = text -> text;

  /** Returns the changed text; the same when nothing changes. */
  NormalText normalize(NormalText text);
}
