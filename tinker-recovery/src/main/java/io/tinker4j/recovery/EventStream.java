package io.tinker4j.recovery;

import io.tinker4j.transport.internal.TinkerThreads;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Hands events to a listener in order, on a thread of its own: a slow listener delays nothing but
 * itself.
 */
final class EventStream implements AutoCloseable {
  private static final System.Logger log = System.getLogger(EventStream.class.getName());
  private static final long LAST_EVENTS_SECONDS = 5;

  private final BlockingQueue<Runnable> queue = new LinkedBlockingQueue<>();
  private final CountDownLatch ended = new CountDownLatch(1);
  private final @Nullable Consumer<? super RecoveryEvent> listener;

  EventStream(TinkerThreads threads, @Nullable Consumer<? super RecoveryEvent> listener) {
    this.listener = listener;
    if (listener == null) {
      ended.countDown();
    } else {
      Thread unused = threads.start("recovery-events", this::deliver);
    }
  }

  void send(RecoveryEvent event) {
    Consumer<? super RecoveryEvent> listener = this.listener;
    if (listener != null) {
      queue.add(() -> listener.accept(event));
    }
  }

  private void deliver() {
    try {
      while (ended.getCount() > 0) {
        Runnable delivery = queue.take();
        try {
          delivery.run();
        } catch (RuntimeException | Error e) {
          log.log(System.Logger.Level.WARNING, "the recovery listener failed", e);
        }
      }
    } catch (InterruptedException e) {
      log.log(System.Logger.Level.DEBUG, "events end early");
    }
  }

  /** Lets the listener have what is queued, for at most five seconds. */
  @Override
  public void close() {
    queue.add(ended::countDown);
    try {
      if (!ended.await(LAST_EVENTS_SECONDS, TimeUnit.SECONDS)) {
        log.log(System.Logger.Level.WARNING, "the recovery listener did not take all events");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
