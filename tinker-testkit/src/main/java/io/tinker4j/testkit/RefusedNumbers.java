package io.tinker4j.testkit;

/** What becomes of the sequence number of a model's request that the server refuses. */
public enum RefusedNumbers {
  /**
   * The number counts as used: the next request has the next number, and another request under the
   * refused one is a conflict (409).
   */
  USED,

  /**
   * The number stays free: requests with higher numbers wait until another request has taken it.
   */
  FREE
}
