package io.tinker4j.transport.client;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;

/** Which addresses have answered a client, and which have not of late. Thread-safe. */
final class Reachability {
  /** Downloads may lead to any number of hosts; those asked longest ago are forgotten. */
  private static final int MOST = 1_000;

  private final ReentrantLock lock = new ReentrantLock(); // guards: addresses
  private final Map<String, Address> addresses = new LinkedHashMap<>(16, 0.75f, true);

  private static final class Address {
    private boolean known;
    private int failures;
  }

  /** Notes an answer. */
  void answered(String address) {
    lock.lock();
    try {
      Address seen = seen(address);
      seen.known = true;
      seen.failures = 0;
    } finally {
      lock.unlock();
    }
  }

  /** Returns whether the address has ever answered. */
  boolean isKnown(String address) {
    lock.lock();
    try {
      return seen(address).known;
    } finally {
      lock.unlock();
    }
  }

  /** Notes that no answer came; returns true at the second time in a row, not before or after. */
  boolean failedAgain(String address) {
    lock.lock();
    try {
      return ++seen(address).failures == 2;
    } finally {
      lock.unlock();
    }
  }

  private Address seen(String address) {
    Address seen = addresses.computeIfAbsent(address, unused -> new Address());
    if (addresses.size() > MOST) {
      addresses.remove(addresses.keySet().iterator().next());
    }
    return seen;
  }
}
