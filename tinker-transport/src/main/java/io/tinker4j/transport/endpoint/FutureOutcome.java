package io.tinker4j.transport.endpoint;

import io.tinker4j.types.QueueState;
import java.util.Optional;

/**
 * What a server says when asked for the result of a promise.
 *
 * @param <T> the result
 */
public sealed interface FutureOutcome<T> {
  /** The result is there. */
  record Ready<T>(T result) implements FutureOutcome<T> {}

  /** The result is not there yet; ask again at once. */
  record TryAgain<T>(QueueState queueState, String queueStateReason) implements FutureOutcome<T> {
    /** Returns why the operation waits, if the server says so. */
    public Optional<String> reason() {
      return Optional.of(queueStateReason).filter(text -> !text.isEmpty());
    }
  }

  /** The result is there and of this size; ask again without {@code allow_metadata_only}. */
  record SizeOnly<T>(long bytes) implements FutureOutcome<T> {}

  /** The operation failed; {@code category} is {@code user}, {@code server} or anything else. */
  record Failed<T>(String error, String category) implements FutureOutcome<T> {}
}
