package io.tinker4j.transport.client;

import io.tinker4j.transport.CallKind;
import io.tinker4j.transport.Time;
import io.tinker4j.transport.TinkerListener;
import io.tinker4j.transport.internal.CircuitSettings;
import java.util.EnumMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import java.util.random.RandomGenerator;

/** What the calls of one client learn from each other about the server. Thread-safe. */
final class SharedCallState {
  /** How many more rejections by a proxy count as lost connections; successes win them back. */
  private static final int MAX_REJECTIONS = 16;

  /** Tokens change every hour; two clients beside each other use two at a time. */
  private static final int MAX_ACCEPTED = 8;

  private final RandomGenerator random;
  private final RetryBudget budget;
  private final BillingPause billing;
  private final Reachability reachability = new Reachability();
  private final ReentrantLock lock = new ReentrantLock(); // guards: accepted
  private final Set<String> accepted = new LinkedHashSet<>();
  private final Map<CallKind, CircuitBreaker> circuits = new EnumMap<>(CallKind.class);
  private final Map<CallKind, AtomicInteger> rejections = new EnumMap<>(CallKind.class);

  SharedCallState(
      Time time, RandomGenerator random, TinkerListener listener, CircuitSettings circuit) {
    this.random = random;
    this.budget = new RetryBudget(time);
    this.billing = new BillingPause(time);
    for (CallKind kind : CallKind.values()) {
      circuits.put(kind, new CircuitBreaker(kind, circuit, time, random::nextDouble, listener));
      rejections.put(kind, new AtomicInteger(MAX_REJECTIONS));
    }
  }

  double random() {
    return random.nextDouble();
  }

  RetryBudget budget() {
    return budget;
  }

  BillingPause billing() {
    return billing;
  }

  @SuppressWarnings("NullAway") // every kind has one
  CircuitBreaker circuit(CallKind kind) {
    return circuits.get(kind);
  }

  Map<CallKind, TinkerListener.CircuitState> circuitStates() {
    Map<CallKind, TinkerListener.CircuitState> states = new EnumMap<>(CallKind.class);
    circuits.forEach((kind, circuit) -> states.put(kind, circuit.state()));
    return states;
  }

  Reachability reachability() {
    return reachability;
  }

  /** Returns whether a rejection by a proxy counts as a lost connection once more. */
  @SuppressWarnings("NullAway") // every kind has one
  boolean forgiveRejection(CallKind kind) {
    return rejections.get(kind).getAndUpdate(left -> Math.max(0, left - 1)) > 0;
  }

  /** Returns whether the server has accepted a call with this credential lately. */
  boolean wasAccepted(String credential) {
    lock.lock();
    try {
      return accepted.contains(credential);
    } finally {
      lock.unlock();
    }
  }

  /**
   * Notes a success.
   *
   * @param credential empty when it was made without any
   */
  @SuppressWarnings("NullAway") // every kind has one
  void accepted(CallKind kind, String credential) {
    if (!credential.isEmpty()) {
      note(credential);
    }
    rejections.get(kind).updateAndGet(left -> Math.min(MAX_REJECTIONS, left + 1));
  }

  private void note(String credential) {
    lock.lock();
    try {
      if (accepted.add(credential) && accepted.size() > MAX_ACCEPTED) {
        accepted.remove(accepted.iterator().next());
      }
    } finally {
      lock.unlock();
    }
  }
}
