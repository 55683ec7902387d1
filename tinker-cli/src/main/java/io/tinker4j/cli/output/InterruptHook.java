package io.tinker4j.cli.output;

import java.time.Duration;

/** Lets a command end in order on Ctrl-C or SIGTERM, within a few seconds unless told otherwise. */
public final class InterruptHook {
  private static final Duration PATIENCE = Duration.ofSeconds(8);

  private final Thread thread;

  private InterruptHook(Thread thread) {
    this.thread = thread;
  }

  /** Installs the action; it runs at most once, while the command is still at work. */
  public static InterruptHook install(Runnable action) {
    return install(action, PATIENCE);
  }

  /** Installs the action, which may take so long. */
  public static InterruptHook install(Runnable action, Duration patience) {
    InterruptHook hook =
        new InterruptHook(
            Thread.ofPlatform()
                .name("tinker-interrupt")
                .unstarted(() -> runBriefly(action, patience)));
    Runtime.getRuntime().addShutdownHook(hook.thread);
    return hook;
  }

  private static void runBriefly(Runnable action, Duration patience) {
    Thread worker = Thread.ofPlatform().daemon().name("tinker-closing").start(action);
    try {
      worker.join(patience);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Forgets the action. */
  public void remove() {
    try {
      Runtime.getRuntime().removeShutdownHook(thread);
    } catch (IllegalStateException e) {
      // The JVM is shutting down; the action runs or has run.
    }
  }
}
