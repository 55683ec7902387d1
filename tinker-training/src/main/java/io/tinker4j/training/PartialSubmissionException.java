package io.tinker4j.training;

import io.tinker4j.training.internal.Chunker;
import io.tinker4j.training.internal.Sentences;
import io.tinker4j.transport.TinkerException;
import io.tinker4j.types.Datum;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A call that was sent as several requests failed after the server had accepted some of them. The
 * cause is the failure.
 *
 * <p>The accepted requests of a {@code forwardBackward} are carried out: a part of the batch is in
 * the model's gradients, or will be before the next operation. Correct the data at {@link #missing}
 * and call {@code forwardBackward} with those only; or load a checkpoint, with this client or in a
 * new one. Calling it again with all of the data would add the accepted part twice. An {@code
 * optimStep} that was called behind it is not sent.
 */
public final class PartialSubmissionException extends TinkerException {
  private static final long serialVersionUID = 2;

  private final int accepted;
  private final int requests;
  private final ArrayList<PartialPassException.Range> missing;

  private PartialSubmissionException(
      List<PartialPassException.Range> missing,
      int accepted,
      int requests,
      boolean forwardOnly,
      Exception cause) {
    super(
        "%d of %d requests of this call were accepted by the server. Not accepted: %s. %s%s"
            .formatted(
                accepted,
                requests,
                missing.stream().map(Object::toString).collect(Collectors.joining(", ")),
                Sentences.of(cause),
                forwardOnly
                    ? ""
                    : " The others add to the gradients: correct those and call again with those"
                        + " only, or load a checkpoint."),
        cause);
    this.accepted = accepted;
    this.requests = requests;
    this.missing = new ArrayList<>(missing);
  }

  static PartialSubmissionException of(
      List<Chunker.Chunk<Datum>> chunks,
      Set<Integer> accepted,
      boolean forwardOnly,
      Exception cause) {
    return new PartialSubmissionException(
        missing(chunks, accepted), accepted.size(), chunks.size(), forwardOnly, cause);
  }

  private static List<PartialPassException.Range> missing(
      List<Chunker.Chunk<Datum>> chunks, Set<Integer> accepted) {
    List<PartialPassException.Range> missing = new ArrayList<>();
    int from = 0;
    for (int i = 0; i < chunks.size(); i++) {
      int end = from + chunks.get(i).data().size();
      if (!accepted.contains(i)) {
        missing.add(new PartialPassException.Range(from, end));
      }
      from = end;
    }
    return missing;
  }

  /** Returns how many requests of the call the server has accepted. */
  public int accepted() {
    return accepted;
  }

  /** Returns how many requests the call was to be sent as. */
  public int requests() {
    return requests;
  }

  /** Returns the places in the data of the call that were not accepted, in order. */
  public List<PartialPassException.Range> missing() {
    return Collections.unmodifiableList(missing);
  }

  @Override
  public Optional<Duration> retryAfter() {
    return getCause() instanceof TinkerException cause ? cause.retryAfter() : Optional.empty();
  }
}
