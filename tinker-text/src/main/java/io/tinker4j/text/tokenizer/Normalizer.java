package io.tinker4j.text.tokenizer;

/** A step that changes text before it is tokenized. Immutable. */
@FunctionalInterface
interface Normalizer {
  /** Changes nothing. */
  Normalizer NONE = text -> text;

  /** Returns the changed text; the same when nothing changes. */
  NormalText normalize(NormalText text);

  /** Returns this step and then another. */
  default Normalizer then(Normalizer next) {
    return text -> next.normalize(normalize(text));
  }
}
