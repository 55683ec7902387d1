package io.tinker4j.recovery;

import io.tinker4j.training.RequestFailedException;
import io.tinker4j.training.TrainingHaltedException;
import io.tinker4j.transport.ApiStatusException;
import io.tinker4j.transport.TinkerException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;

/** The results of one model's operations; the first failure ends the waiting for all. */
final class Outcomes {
  private final String modelId;
  private final CompletableFuture<Object> broken = new CompletableFuture<>();

  Outcomes(String modelId) {
    this.modelId = modelId;
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
    try {
      Object unused = CompletableFuture.anyOf(operation, broken).get();
    } catch (ExecutionException e) {
      if (!operation.isDone() || operation.isCompletedExceptionally()) {
        throw incident(cause(e));
      }
    }
    return operation.join();
  }

  private static Throwable cause(Throwable e) {
    Throwable cause = e;
    while ((cause instanceof ExecutionException || cause instanceof CompletionException)
        && cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause;
  }

  /** Returns the incident that a failure is, and throws the failure when it is none. */
  IncidentException incident(Throwable failure) {
    if (failure instanceof Error error) {
      throw error;
    }
    if (failure instanceof IncidentException incident) {
      return incident;
    }
    Throwable first = failure instanceof TrainingHaltedException ? failure.getCause() : failure;
    boolean isHopeless =
        switch (first) {
          case RequestFailedException failed -> failed.isUserError();
          case ApiStatusException refused -> refused.status() == 400 || refused.status() == 422;
          case TinkerException unused -> false;
          // What the user's own code throws, such as a loss of his.
          case RuntimeException unused -> true;
          case null, default -> false;
        };
    if (isHopeless && first instanceof RuntimeException hopeless) {
      throw hopeless;
    }
    return new IncidentException(modelId, String.valueOf(failure.getMessage()), failure);
  }
}
