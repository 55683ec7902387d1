package io.tinker4j.testkit.http;

/** Answers the requests of one route; may block. */
@FunctionalInterface
public interface Endpoint {
  /**
   * Returns the answer.
   *
   * @throws RefusedException for every answer that is an error
   */
  Answer answer(HttpCall call) throws InterruptedException;
}
