package io.tinker4j.recovery;

import io.tinker4j.training.PartialPassException;
import io.tinker4j.training.RequestFailedException;
import io.tinker4j.training.TrainingHaltedException;
import io.tinker4j.transport.ApiStatusException;
import io.tinker4j.transport.TinkerException;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.function.Predicate;

/** The results of one model's operations; the first failure ends the waiting for all. */
final class LineageAwaiter {
  private static final Set<Integer> HOPELESS = Set.of(400, 401, 403, 422);

  private final String modelId;
  private final Predicate<? super Throwable> recovers;
  private final CompletableFuture<Object> broken = new CompletableFuture<>();

  LineageAwaiter(String modelId, Predicate<? super Throwable> recovers) {
    this.modelId = modelId;
    this.recovers = recovers;
  }

  /** Lets the failure of an operation end all waiting. */
  void watch(CompletableFuture<?> operation) {
    CompletableFuture<?> unused =
        operation.whenComplete((result, failure) -> {
          if (failure != null) {
            broken.completeExceptionally(failure);
          }
        });
  }

  /** Ends all waiting because of what was seen from elsewhere. */
  void fail(IncidentException cause) {
    broken.completeExceptionally(cause);
  }

  /**
   * Waits for a result.
   *
   * @throws IncidentException when this or another operation of the model has failed
   * @throws RuntimeException the failure itself, when trying again cannot help
   */
  <T> T await(CompletableFuture<T> operation) throws IncidentException, InterruptedException {
    if (Thread.interrupted()) { // waiting for what is done already would not tell
      throw new InterruptedException("training was interrupted; its journal can be resumed");
    }
    try {
      Object unused = CompletableFuture.anyOf(operation, broken).get();
    } catch (ExecutionException e) {
      if (!operation.isDone() || operation.isCompletedExceptionally()) {
        throw incident(cause(e));
      }
    }
    return operation.join();
  }

  /** Returns what a future has failed with, without what futures wrap it in. */
  static Throwable cause(Throwable e) {
    Throwable cause = e;
    while ((cause instanceof ExecutionException || cause instanceof CompletionException)
        && cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause;
  }

  /**
   * Returns the incident that a failure is, and throws the failure when it is none, or not wanted.
   */
  IncidentException incident(Throwable failure) {
    if (failure instanceof Error error) {
      throw error;
    }
    if (failure instanceof IncidentException incident) {
      return incident;
    }
    Throwable first = failure instanceof TrainingHaltedException ? failure.getCause() : failure;
    if (first instanceof RuntimeException hopeless && isHopeless(hopeless)) {
      throw hopeless;
    }
    if (!recovers.test(failure)) {
      throw failure instanceof RuntimeException unwanted
          ? unwanted
          : new CompletionException(failure);
    }
    return new IncidentException(modelId, String.valueOf(failure.getMessage()), failure);
  }

  /** Whether the request is at fault, or the user's own code, so that trying again cannot help. */
  static boolean isHopeless(RuntimeException failure) {
    return switch (failure) {
      case RequestFailedException failed -> failed.isUserError();
      case PartialPassException partial -> partial.isUserError();
      case ApiStatusException refused -> HOPELESS.contains(refused.status());
      case TinkerException unused -> false;
      default -> true;
    };
  }
}
