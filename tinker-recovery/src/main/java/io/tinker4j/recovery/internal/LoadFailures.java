package io.tinker4j.recovery.internal;

import io.tinker4j.training.RequestFailedException;
import io.tinker4j.transport.ApiStatusException;

/** Tells whether a load has failed for what is loaded, or for a server or connection in trouble. */
public final class LoadFailures {
  private LoadFailures() {}

  /** Returns whether another attempt on the same checkpoint would fail in the same way. */
  public static boolean isAboutTheCheckpoint(RuntimeException e) {
    return !Capacity.isExhausted(e) && isAboutWhatIsLoaded(e);
  }

  private static boolean isAboutWhatIsLoaded(RuntimeException e) {
    return switch (e) {
      case RequestFailedException failed -> failed.isUserError();
      case ApiStatusException refused ->
          isGone(refused) || refused.status() == 400 || refused.status() == 422;
      case IllegalArgumentException unused -> true;
      default -> false;
    };
  }

  /** Returns whether the answer says that there is no such thing. */
  public static boolean isGone(ApiStatusException e) {
    return e.status() == 404 || e.status() == 410;
  }
}
