package io.tinker4j.cli.output;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import picocli.CommandLine.Model.CommandSpec;

/** Work that Ctrl-C and SIGTERM end in order, so that nothing half-done is left behind. */
public final class Interruptible {
  /** The exit code after Ctrl-C. */
  public static final int INTERRUPTED = 130;

  private static final Duration CLEANING = Duration.ofSeconds(7);

  private Interruptible() {}

  /**
   * Does the work in this thread; a signal interrupts it, waits a few seconds for it to clean up,
   * and says {@code Aborted!} on stderr. The JVM then ends with 130 or 143. What the work throws
   * after the signal is its way to end, and is not reported.
   */
  public static int call(Console console, CommandSpec spec, Callable<Integer> work)
      throws Exception {
    return call(console::isAsking, spec, work);
  }

  /** Does work that asks nobody anything, in the same way. */
  public static int call(CommandSpec spec, Callable<Integer> work) throws Exception {
    return call(() -> false, spec, work);
  }

  /** Who reads an answer cannot be interrupted, and has nothing to clean up. */
  private static int call(BooleanSupplier isAsking, CommandSpec spec, Callable<Integer> work)
      throws Exception {
    Thread worker = Thread.currentThread();
    CountDownLatch ended = new CountDownLatch(1);
    AtomicBoolean isAborted = new AtomicBoolean();
    InterruptHook hook =
        InterruptHook.install(() -> {
          isAborted.set(true);
          worker.interrupt();
          if (!isAsking.getAsBoolean()) {
            await(ended);
          }
          Console.err(spec).println("Aborted!");
          Console.err(spec).flush();
        });
    try {
      return work.call();
    } catch (Exception e) {
      if (isAborted.get()) {
        return INTERRUPTED;
      }
      throw e;
    } finally {
      ended.countDown();
      hook.remove();
    }
  }

  private static void await(CountDownLatch ended) {
    try {
      boolean unused = ended.await(CLEANING.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
