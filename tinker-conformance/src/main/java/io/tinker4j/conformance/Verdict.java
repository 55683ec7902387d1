package io.tinker4j.conformance;

/** What a server made of one case. */
public enum Verdict {
  /** It does what the protocol says. */
  SUPPORTED,
  /** It says that it does not do this: the endpoint or the feature is missing. */
  REFUSED,
  /** It does something else than the protocol says. */
  DIFFERS,
  /** Nothing is known: what the case needs before it can ask could not be had. */
  NOT_JUDGED
}
