package io.tinker4j.training;

import io.tinker4j.types.ModelInput;
import io.tinker4j.types.SampleResponse;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/** One finished sample of many: a response or a failure. Immutable. */
public final class SampleResult {
  private final long index;
  private final ModelInput prompt;
  private final @Nullable SampleResponse response;
  private final @Nullable Throwable failure;

  SampleResult(
      long index,
      ModelInput prompt,
      @Nullable SampleResponse response,
      @Nullable Throwable failure) {
    this.index = index;
    this.prompt = prompt;
    this.response = response;
    this.failure = failure;
  }

  /** Returns the prompt's place in the source, from 0. */
  public long index() {
    return index;
  }

  /** Returns the prompt. */
  public ModelInput prompt() {
    return prompt;
  }

  /**
   * Returns the response.
   *
   * @throws io.tinker4j.transport.TinkerException when the sample failed with one
   * @throws CompletionException when it failed with anything else
   */
  public SampleResponse response() {
    if (failure instanceof io.tinker4j.transport.TinkerException ours) {
      throw ours;
    }
    if (failure != null) {
      throw new CompletionException(failure);
    }
    return Objects.requireNonNull(response);
  }

  /** Returns what the sample failed with. */
  public Optional<Throwable> failure() {
    return Optional.ofNullable(failure);
  }

  @Override
  public String toString() {
    return "SampleResult{" + index + (failure == null ? "}" : " failed: " + failure + "}");
  }
}
