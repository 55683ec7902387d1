package io.tinker4j.training;

import io.tinker4j.training.internal.Sentences;
import io.tinker4j.transport.TinkerException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A {@code forwardBackward} call that was sent as several requests: the server has carried out some
 * of them, whose gradients are in the model, and has failed the others. The cause is the first
 * failure; an example that it names is counted in the data of the call.
 *
 * <p>Do not call it again with the same data: that would add the gradients that are in once more.
 * Correct the data at {@link #missing} and call {@code forwardBackward} with those only, then
 * {@code optimStep}; or load a checkpoint. When {@link #isStepTakenIn}, a step that was called
 * behind the pass applies the part of the gradient that is in: go back to a checkpoint if that
 * matters.
 */
public final class PartialPassException extends TinkerException {
  private static final long serialVersionUID = 1;

  private final int requests;
  private final int completed;
  private final ArrayList<Range> missing;
  private final boolean isStepTakenIn;

  /** Places in the data of a call: from the first one, up to but without the last. */
  public record Range(int from, int to) implements Serializable {
    private static final long serialVersionUID = 1;

    @Override
    public String toString() {
      return from + 1 == to ? "data[" + from + "]" : "data[" + from + ".." + (to - 1) + "]";
    }
  }

  PartialPassException(
      int requests, List<Range> missing, boolean isStepTakenIn, RequestFailedException cause) {
    super(
        "%d of %d requests of this call have failed, the gradients of the others are in. Not in: %s. %s%s"
            .formatted(
                missing.size(),
                requests,
                missing.stream().map(Range::toString).collect(Collectors.joining(", ")),
                Sentences.of(cause),
                isStepTakenIn
                    ? " A step behind it was sent already and applies a part of the gradient: go"
                        + " back to a checkpoint if that matters."
                    : " Correct those and call again with those only, or load a checkpoint."),
        cause);
    this.requests = requests;
    this.completed = requests - missing.size();
    this.missing = new ArrayList<>(missing);
    this.isStepTakenIn = isStepTakenIn;
  }

  /** Returns how many requests the call was sent as. */
  public int requests() {
    return requests;
  }

  /** Returns of how many requests the gradients are in. */
  public int completed() {
    return completed;
  }

  /** Returns the places in the call's data whose gradients are not in, in order. */
  public List<Range> missing() {
    return Collections.unmodifiableList(missing);
  }

  /**
   * Returns whether a step that was called behind this pass was sent before the failure was known.
   */
  public boolean isStepTakenIn() {
    return isStepTakenIn;
  }

  /** Returns whether the data was at fault. */
  @Override
  public boolean isUserError() {
    return getCause() instanceof RequestFailedException failed && failed.isUserError();
  }
}
