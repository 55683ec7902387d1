package io.tinker4j.recovery;

import io.tinker4j.training.RestClient;
import io.tinker4j.transport.NotFoundException;
import io.tinker4j.transport.Time;
import io.tinker4j.transport.TinkerException;
import io.tinker4j.transport.internal.TinkerThreads;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;

/**
 * Asks the server again and again how runs are, eight at a time, and tells of those that are
 * corrupted or gone, once each. A question without an answer says nothing about a run and is asked
 * again at the next round. Thread-safe.
 */
public final class RunMonitor implements AutoCloseable {
  private static final System.Logger log = System.getLogger(RunMonitor.class.getName());
  private static final int AT_ONCE = 8;

  private final RestClient rest;
  private final Duration interval;
  private final Time time;
  private final TinkerThreads threads;
  private final Map<String, Consumer<? super Detection>> watched = new ConcurrentHashMap<>();
  private final Semaphore slots = new Semaphore(AT_ONCE);

  private RunMonitor(RestClient rest, Duration interval, Time time) {
    this.rest = rest;
    this.interval = interval;
    this.time = time;
    this.threads = TinkerThreads.create(time);
  }

  /**
   * What was found out about a run.
   *
   * @param runId the run
   * @param isGone whether the server does not know it any more; else it is corrupted
   */
  public record Detection(String runId, boolean isGone) {
    @Override
    public String toString() {
      return "training run " + runId + (isGone ? " is gone" : " is corrupted");
    }
  }

  /** Starts to ask as often as the policy says, by the system's clock. Close it. */
  public static RunMonitor start(RestClient rest, RecoveryPolicy policy) {
    return start(rest, policy, Time.system());
  }

  /** Starts to ask as often as the policy says. Close it. */
  public static RunMonitor start(RestClient rest, RecoveryPolicy policy, Time time) {
    RunMonitor monitor = new RunMonitor(rest, policy.pollInterval(), time);
    Thread unused = monitor.threads.start("monitor", monitor::poll);
    return monitor;
  }

  /**
   * Watches a run, also one that is watched, from the next round on.
   *
   * @param listener is told once, on a thread of the monitor; then the run is not watched any more.
   *     What it throws is logged
   */
  public void watch(String runId, Consumer<? super Detection> listener) {
    watched.put(runId, listener);
  }

  /** Does not watch a run any more. Does nothing if it is not watched. */
  public void unwatch(String runId) {
    watched.remove(runId);
  }

  private void poll() {
    threads.repeat(
        "monitor",
        () -> {
          for (String runId : watched.keySet()) {
            slots.acquire();
            start(runId);
          }
          time.sleep(interval);
          return true;
        });
    log.log(System.Logger.Level.DEBUG, "monitoring ends");
  }

  private void start(String runId) {
    try {
      Thread unused =
          threads.start(
              "monitor",
              () -> {
                try {
                  look(runId);
                } finally {
                  slots.release();
                }
              });
    } catch (RuntimeException | Error e) {
      slots.release();
      throw e;
    }
  }

  private void look(String runId) {
    try {
      if (rest.runs().get(runId).isCorrupted()) {
        tell(new Detection(runId, false));
      }
    } catch (NotFoundException e) {
      tell(new Detection(runId, true));
    } catch (TinkerException | IllegalStateException e) { // the latter when its client is closed
      log.log(
          System.Logger.Level.DEBUG,
          () -> "no answer about a run: run=%s cause=%s".formatted(runId, e.getMessage()));
    } catch (RuntimeException | Error e) {
      threads.noteFailure("monitor", e);
    }
  }

  private void tell(Detection detection) {
    Consumer<? super Detection> listener = watched.remove(detection.runId());
    if (listener != null) {
      try {
        listener.accept(detection);
      } catch (RuntimeException | Error e) {
        log.log(System.Logger.Level.WARNING, "the listener of a run failed", e);
      }
    }
  }

  /** Asks no more. */
  @Override
  public void close() {
    threads.close(Duration.ZERO);
  }
}
