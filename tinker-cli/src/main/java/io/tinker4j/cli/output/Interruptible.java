package io.tinker4j.cli.output;

import java.util.concurrent.CountDownLatch;
import java.util.function.Supplier;
import picocli.CommandLine.Model.CommandSpec;

/** Work that Ctrl-C and SIGTERM end in order, so that nothing half-done is left behind. */
public final class Interruptible {
  private Interruptible() {}

  /**
   * Does the work in this thread; a signal interrupts it, waits a few seconds for it to clean up,
   * and says {@code Aborted!}. The JVM then ends with 130 or 143.
   */
  public static <T> T call(CommandSpec spec, Supplier<T> work) {
    Thread worker = Thread.currentThread();
    CountDownLatch ended = new CountDownLatch(1);
    InterruptHook hook =
        InterruptHook.install(() -> {
          worker.interrupt();
          try {
            ended.await();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
          Console.err(spec).println("Aborted!");
          Console.err(spec).flush();
        });
    try {
      return work.get();
    } finally {
      ended.countDown();
      hook.remove();
    }
  }
}
