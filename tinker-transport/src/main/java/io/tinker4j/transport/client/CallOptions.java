package io.tinker4j.transport.client;

import io.tinker4j.transport.CircuitOpenException;
import io.tinker4j.transport.DecodeException;
import io.tinker4j.transport.Headers;
import io.tinker4j.transport.operation.Operation;
import io.tinker4j.types.internal.Checks;
import java.time.Duration;
import java.util.HashSet;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What one call does differently from its operation's and its client's settings. Immutable. */
public final class CallOptions {
  private static final CallOptions DEFAULTS = builder().build();

  private final Headers headers;
  private final @Nullable Duration timeout;
  private final @Nullable Duration deadline;
  private final int maxRetries;
  private final int answerBytes;
  private final Set<Integer> finalStatuses;
  private final boolean waitsForCircuit;
  private final boolean withoutCredentials;

  private CallOptions(Builder builder) {
    this.headers = builder.headers.build();
    this.timeout = builder.timeout;
    this.deadline = builder.deadline;
    this.maxRetries = builder.maxRetries;
    this.answerBytes = builder.answerBytes;
    this.finalStatuses = Set.copyOf(builder.finalStatuses);
    this.waitsForCircuit = builder.waitsForCircuit;
    this.withoutCredentials = builder.withoutCredentials;
  }

  /** Returns options that change nothing. */
  public static CallOptions defaults() {
    return DEFAULTS;
  }

  /** Starts options. */
  public static Builder builder() {
    return new Builder();
  }

  Headers headers() {
    return headers;
  }

  Optional<Duration> timeout() {
    return Optional.ofNullable(timeout);
  }

  Optional<Duration> deadline() {
    return Optional.ofNullable(deadline);
  }

  OptionalInt maxRetries() {
    return maxRetries < 0 ? OptionalInt.empty() : OptionalInt.of(maxRetries);
  }

  OptionalInt answerBytes() {
    return answerBytes < 0 ? OptionalInt.empty() : OptionalInt.of(answerBytes);
  }

  Set<Integer> finalStatuses() {
    return finalStatuses;
  }

  boolean waitsForCircuit() {
    return waitsForCircuit;
  }

  boolean isWithoutCredentials() {
    return withoutCredentials;
  }

  /** Builds options; not thread-safe. */
  public static final class Builder {
    private final Headers.Builder headers = Headers.builder();
    private @Nullable Duration timeout;
    private @Nullable Duration deadline;
    private int maxRetries = -1;
    private int answerBytes = -1;
    private final Set<Integer> finalStatuses = new HashSet<>();
    private boolean waitsForCircuit;
    private boolean withoutCredentials;

    private Builder() {}

    /** Adds a header. Default: none. */
    public Builder header(String name, String value) {
      headers.set(name, value);
      return this;
    }

    /** Sets the time one attempt may take, the body included. Default: the operation's. */
    public Builder timeout(Duration timeout) {
      this.timeout = Checks.positive("timeout", timeout);
      return this;
    }

    /** Sets the time the whole call may take, retries included. Default: the client's. */
    public Builder deadline(Duration deadline) {
      this.deadline = Checks.positive("deadline", deadline);
      return this;
    }

    /** Sets how often a failed attempt is tried again. Default: the operation's. */
    public Builder maxRetries(int maxRetries) {
      this.maxRetries = Checks.notNegative("maxRetries", maxRetries);
      return this;
    }

    /**
     * Sets the size of the largest answer that is read, decoded; a larger one ends the call with a
     * {@link DecodeException}. At most 512 MiB count, and a third of the heap. Default: the
     * operation's.
     */
    public Builder answerBytes(long answerBytes) {
      Checks.atLeast("answerBytes", answerBytes, 0);
      this.answerBytes = (int) Math.min(answerBytes, Operation.LARGEST_ANSWER);
      return this;
    }

    /**
     * Adds a status that is never tried again nor waited out, because the caller knows better what
     * to do with it. Default: none.
     */
    public Builder finalStatus(int status) {
      finalStatuses.add(status);
      return this;
    }

    /**
     * Lets the call wait, as long as its deadline allows, while calls of its kind are held back
     * because the server did not answer the last ones. Default: it fails at once with {@link
     * CircuitOpenException}.
     */
    public Builder waitsForCircuit() {
      waitsForCircuit = true;
      return this;
    }

    /**
     * Lets a download carry neither the API's credentials nor the client's headers, not even to the
     * API's own origin: for signed addresses, whose text is all that they need. Has no effect on
     * other calls. Default: the API's own origin gets both.
     */
    public Builder withoutCredentials() {
      this.withoutCredentials = true;
      return this;
    }

    /** Returns the options. */
    public CallOptions build() {
      return new CallOptions(this);
    }
  }
}
