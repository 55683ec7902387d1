package io.tinker4j.training;

import io.tinker4j.training.internal.Chunker;
import io.tinker4j.types.Datum;
import io.tinker4j.types.ForwardBackwardOutput;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Which requests of a pass have failed, in terms of the caller's data. */
final class PassFailures {
  /** How servers name an example of a request. */
  private static final Pattern DATUM = Pattern.compile("\\bdata\\[(\\d+)]");

  private final int requests;
  private final List<Failure> failures = new ArrayList<>();

  private record Failure(PartialPassException.Range data, Throwable cause) {}

  PassFailures(
      List<Chunker.Chunk<Datum>> chunks, List<CompletableFuture<ForwardBackwardOutput>> results) {
    requests = chunks.size();
    int from = 0;
    for (int i = 0; i < requests; i++) {
      int end = from + chunks.get(i).data().size();
      if (results.get(i).isCompletedExceptionally()) {
        failures.add(
            new Failure(new PartialPassException.Range(from, end), results.get(i).exceptionNow()));
      }
      from = end;
    }
  }

  boolean isAny() {
    return !failures.isEmpty();
  }

  /** Returns what the call fails with. */
  Exception toException(boolean forwardOnly, boolean isStepTakenIn) {
    Failure first =
        failures.stream()
            .filter(each -> !(each.cause() instanceof RequestFailedException))
            .findFirst()
            .orElse(failures.get(0));
    Exception cause = inTermsOfTheCall(first);
    boolean isPartial =
        !forwardOnly
            && failures.size() < requests
            && failures.stream().allMatch(each -> each.cause() instanceof RequestFailedException);
    return isPartial
        ? new PartialPassException(
            requests,
            failures.stream().map(Failure::data).toList(),
            isStepTakenIn,
            (RequestFailedException) cause)
        : cause;
  }

  /** The server counts the examples of one request, the caller those of the call. */
  private static Exception inTermsOfTheCall(Failure failure) {
    if (failure.cause() instanceof RequestFailedException failed) {
      return failed.withError(shifted(failed.error(), failure.data().from()));
    }
    return failure.cause() instanceof Exception cause
        ? cause
        : new IllegalStateException(failure.cause());
  }

  private static String shifted(String error, int by) {
    Matcher matcher = DATUM.matcher(error);
    return by == 0
        ? error
        : matcher.replaceAll(found -> "data[" + (Long.parseLong(found.group(1)) + by) + "]");
  }
}
