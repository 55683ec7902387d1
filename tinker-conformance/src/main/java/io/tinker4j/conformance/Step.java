package io.tinker4j.conformance;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One thing that a case does. Texts hold placeholders, which {@link Scope} fills in. */
sealed interface Step {
  /** How an answer is had. */
  enum Verb {
    /** Sends a request, {@code GET path}, below {@code /api/v1/}. */
    SEND,
    /** Posts an operation to a path and waits for its result, which is to be a success. */
    RUN,
    /** Waits for the result of an operation. */
    AWAIT,
    /** Fetches a URL without a credential. */
    FETCH
  }

  /**
   * Gets an answer and judges it.
   *
   * @param target the request, path, request id or URL
   * @param message the type of a binary result; empty for JSON
   * @param againOn statuses after which the request is sent again
   */
  record Call(
      Verb verb,
      String target,
      Map<String, @Nullable Object> headers,
      @Nullable Payload payload,
      String message,
      String accept,
      List<Integer> againOn,
      Expectation expectation)
      implements Step {}

  /** Makes what the steps after it need; when that cannot be had, the case is not judged. */
  record Given(List<Step> steps) implements Step {}

  /** Gives names to values. */
  record Let(Map<String, @Nullable Object> values) implements Step {}
}
