package io.tinker4j.text.renderer;

import java.util.List;

/** Reads an answer while it is being sampled. Used by one thread. */
public interface ResponseStream {
  /** Takes the next token and returns what it adds, often nothing. */
  List<MessageDelta> add(int token);

  /** Returns what is left, and the whole message as the last element. Called once. */
  List<MessageDelta> finish();
}
