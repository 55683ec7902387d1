package io.tinker4j.recovery;

import java.util.concurrent.Semaphore;

/**
 * Bounds how many runs recover at once, first come, first served. Shared by the runs of a process;
 * thread-safe.
 */
public final class RecoverySlots {
  private final Semaphore slots;

  private RecoverySlots(int count) {
    this.slots = new Semaphore(count, true);
  }

  /** Returns as many slots as the policy allows recoveries at once. */
  public static RecoverySlots of(RecoveryPolicy policy) {
    return new RecoverySlots(policy.maxConcurrentRecoveries());
  }

  void acquire() throws InterruptedException {
    slots.acquire();
  }

  void release() {
    slots.release();
  }
}
