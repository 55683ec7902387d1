package io.tinker4j.transport.operation;

/** The input of an operation that takes none, and the value of an answer that has none. */
public enum NoContent {
  /** The only value. */
  INSTANCE
}
