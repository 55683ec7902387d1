package io.tinker4j.testkit.observe;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/** Assertions about requests in the order of their arrival. Immutable. */
public final class RequestsAssert {
  private final String what;
  private final List<RecordedRequest> requests;

  RequestsAssert(String what, List<RecordedRequest> requests) {
    this.what = what;
    this.requests = requests;
  }

  /** Goes on with the requests of one operation only, such as {@code optim_step}. */
  public RequestsAssert of(String operation) {
    return matching(operation, request -> request.operation().equals(operation));
  }

  /** Goes on with the requests that match only. */
  public RequestsAssert matching(String what, Predicate<RecordedRequest> condition) {
    return new RequestsAssert(
        this.what + " of " + what, requests.stream().filter(condition).toList());
  }

  /** There are so many. */
  public RequestsAssert hasCount(int count) {
    if (requests.size() != count) {
      throw failure(count + " requests, but there are " + requests.size());
    }
    return this;
  }

  /** Requests of these operations are among them in this order, whatever is between them. */
  public RequestsAssert containInOrder(String... operations) {
    List<String> left = new ArrayList<>(List.of(operations));
    for (RecordedRequest request : requests) {
      if (!left.isEmpty() && request.operation().equals(left.get(0))) {
        left.remove(0);
      }
    }
    if (!left.isEmpty()) {
      throw failure("in this order " + List.of(operations) + ", but " + left + " did not follow");
    }
    return this;
  }

  /** All have this header with this value. */
  public RequestsAssert allHaveHeader(String name, String value) {
    for (RecordedRequest request : requests) {
      if (!request.headers().all(name).contains(value)) {
        throw failure("the header " + name + " in all, but not in " + request);
      }
    }
    return this;
  }

  /** Each came at least so long after the one before it, by the server's clock. */
  public RequestsAssert areApartAtLeast(Duration gap) {
    for (int i = 1; i < requests.size(); i++) {
      Duration found = Duration.between(requests.get(i - 1).time(), requests.get(i).time());
      if (found.compareTo(gap) < 0) {
        throw failure(gap + " between all, but " + found + " before " + requests.get(i));
      }
    }
    return this;
  }

  private AssertionError failure(String expected) {
    int from = Math.max(0, requests.size() - 20);
    return new AssertionError(
        "expected %s to have %s; the last of them: %s"
            .formatted(what, expected, requests.subList(from, requests.size())));
  }
}
