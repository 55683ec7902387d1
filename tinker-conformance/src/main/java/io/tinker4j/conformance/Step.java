package io.tinker4j.conformance;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One thing that a case does. Texts hold placeholders, which {@link Scope} fills in. */
sealed interface Step {
  /**
   * Sends a request and judges the answer.
   *
   * @param path below {@code /api/v1/}
   * @param againOn statuses after which the request is sent again
   */
  record Send(
      String method,
      String path,
      Map<String, @Nullable Object> headers,
      @Nullable Payload payload,
      List<Integer> againOn,
      Expectation expectation)
      implements Step {}

  /** Fetches a URL without a credential. */
  record Fetch(String url, Map<String, @Nullable Object> headers, Expectation expectation)
      implements Step {}

  /**
   * Submits an operation, waits for its result and judges that; a failure is not one.
   *
   * @param message the type of a binary result; empty for JSON
   */
  record Run(String path, Payload payload, String message, Expectation expectation)
      implements Step {}

  /**
   * Waits for the result of an operation and judges it.
   *
   * @param message the type of a binary result; empty for JSON
   */
  record Await(String request, String message, String accept, Expectation expectation)
      implements Step {}

  /** Makes what the steps after it need; when that cannot be had, the case is not judged. */
  record Given(List<Step> steps) implements Step {}

  /** Gives names to values. */
  record Let(Map<String, @Nullable Object> values) implements Step {}
}
