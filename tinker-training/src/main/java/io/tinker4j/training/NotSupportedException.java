package io.tinker4j.training;

import io.tinker4j.transport.TinkerException;
import org.jspecify.annotations.Nullable;

/**
 * The server does not have what a call needs. The first call of that kind finds out by asking it;
 * from then on such calls fail without being sent. {@link ServiceClient#serverProfile} tells what
 * is known.
 */
public final class NotSupportedException extends TinkerException {
  private static final long serialVersionUID = 1;

  private final ServerProfile.Feature feature;

  NotSupportedException(
      ServerProfile.Feature feature, String operation, @Nullable Throwable cause) {
    super(
        "%s is not supported by this server (%s)%s"
            .formatted(
                operation,
                feature,
                cause == null ? ", as an earlier call found out" : ": " + cause.getMessage()));
    this.feature = feature;
    if (cause != null) {
      initCause(cause);
    }
  }

  /** Returns what the server does not have. */
  public ServerProfile.Feature feature() {
    return feature;
  }

  @Override
  public boolean isUserError() {
    return true;
  }

  @Override
  public boolean mayHaveActed() {
    return getCause() instanceof TinkerException answer && answer.mayHaveActed();
  }
}
