package io.tinker4j.transport.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tinker4j.transport.CallInterruptedException;
import io.tinker4j.transport.CallTimeoutException;
import io.tinker4j.transport.ConnectionException;
import io.tinker4j.transport.Redaction;
import io.tinker4j.transport.client.RecordingTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Isolated;

/** What goes on in the background ends when it is closed, and of nothing else. */
@Timeout(60)
@Isolated("listens to the log")
class BackgroundWorkTest {
  private final RecordingTime time = new RecordingTime();

  @Test
  void repeat_stepThrowsAnything_goesOnUntilItSaysThatItIsOver() throws Exception {
    AtomicInteger steps = new AtomicInteger();
    try (TinkerThreads threads = TinkerThreads.create(time)) {
      Thread thread =
          threads.start("test", () -> threads.repeat("test", () -> step(steps.getAndIncrement())));

      assertThat(thread.join(Duration.ofSeconds(30))).isTrue();
      assertThat(steps).hasValue(5);
      assertThat(threads.failures().count()).isEqualTo(3);
      assertThat(threads.failures().last()).startsWith("test: ").contains("OutOfMemoryError");
    }
  }

  private static boolean step(int number) throws Exception {
    return switch (number) {
      case 0 -> throw new IllegalStateException("no");
      case 1 -> {
        Thread.currentThread().interrupt();
        throw new InterruptedException("a stray interrupt is no failure");
      }
      case 2 -> throw new StackOverflowError();
      case 3 -> throw new OutOfMemoryError("test");
      default -> false;
    };
  }

  @Test
  void repeat_closed_endsTheStepAndNoOtherBegins() throws Exception {
    CountDownLatch inside = new CountDownLatch(1);
    AtomicInteger steps = new AtomicInteger();
    TinkerThreads threads = TinkerThreads.create(time);
    Thread thread =
        threads.start(
            "test",
            () ->
                threads.repeat(
                    "test",
                    () -> {
                      steps.incrementAndGet();
                      inside.countDown();
                      new CountDownLatch(1).await();
                      return true;
                    }));
    assertThat(inside.await(30, TimeUnit.SECONDS)).isTrue();

    threads.close(Duration.ZERO);

    assertThat(thread.join(Duration.ofSeconds(30))).isTrue();
    assertThat(steps).hasValue(1);
    assertThat(threads.failures().count()).isZero();
  }

  @Test
  void noteFailure_manyInAMinute_areAllCountedAndLoggedOnceAMinuteWithoutSecrets() {
    Logger logger = Logger.getLogger(TinkerThreads.class.getName());
    List<LogRecord> records = new CopyOnWriteArrayList<>();
    Handler handler = recording(records);
    logger.addHandler(handler);
    try (TinkerThreads threads = TinkerThreads.create(time)) {
      for (int second = 0; second < 120; second++) {
        threads.noteFailure("beat", new IllegalStateException("tml-secret-" + second));
        time.sleep(Duration.ofSeconds(1));
      }

      assertThat(threads.failures().count()).isEqualTo(120);
      assertThat(threads.failures().isRecent()).isTrue();
      assertThat(threads.failures().last()).isEqualTo("beat: java.lang.IllegalStateException");
      time.sleep(Duration.ofMinutes(1));
      assertThat(threads.failures().isRecent()).isFalse();
    } finally {
      logger.removeHandler(handler);
    }
    List<String> texts = new ArrayList<>();
    records.forEach(each -> texts.add(each.getMessage() + " " + each.getThrown()));
    assertThat(texts)
        .filteredOn(text -> text.contains("role=beat"))
        .hasSize(2)
        .noneMatch(text -> text.contains("secret"));
  }

  @Test
  void noteFailure_textOfTheSdkAndOfOthers_isShownMaskedByValueOrNotAtAll()
      throws InterruptedException {
    Redaction redaction = Redaction.create();
    redaction.add("opaque-value-77123");
    Logger logger = Logger.getLogger(TinkerThreads.class.getName());
    List<LogRecord> records = new CopyOnWriteArrayList<>();
    Handler handler = recording(records);
    logger.addHandler(handler);
    try (TinkerThreads threads = TinkerThreads.create(time)) {
      threads.redactWith(redaction);
      threads.noteFailure("beat", new ConnectionException("lost opaque-value-77123"));
      String ours = threads.failures().last();
      time.sleep(Duration.ofMinutes(2));
      threads.noteFailure("beat", new IllegalStateException("cannot renew opaque-value-77123"));
      threads
          .start(
              "task",
              () -> {
                throw new IllegalStateException("task of opaque-value-77123");
              })
          .join();

      assertThat(ours).isEqualTo("beat: io.tinker4j.transport.ConnectionException: lost ***");
      assertThat(threads.failures().last()).isEqualTo("beat: java.lang.IllegalStateException");
    } finally {
      logger.removeHandler(handler);
    }
    List<String> texts = new ArrayList<>();
    records.forEach(each -> texts.add(each.getMessage() + " " + each.getThrown()));
    assertThat(texts)
        .anyMatch(text -> text.contains("cannot renew ***"))
        .anyMatch(text -> text.contains("task of ***"))
        .noneMatch(text -> text.contains("77123"));
  }

  /** What no interrupt ends. */
  private static void waitFor(CountDownLatch end) {
    boolean isOver = false;
    while (!isOver) {
      try {
        end.await();
        isOver = true;
      } catch (InterruptedException e) {
        // That is what makes it stubborn.
      }
    }
  }

  @Test
  void await_callThatIgnoresItsInterrupt_releasesTheCallerAndIsCounted() {
    CountDownLatch end = new CountDownLatch(1);
    try (TinkerThreads threads = TinkerThreads.withGrace(Duration.ofMillis(50))) {
      Supplier<Boolean> stubborn =
          () -> {
            waitFor(end);
            return true;
          };
      assertThatThrownBy(
              () -> threads.await("some call", stubborn, unwanted -> {}, () -> Duration.ZERO))
          .isInstanceOf(CallTimeoutException.class)
          .hasMessageContaining("some call")
          .hasMessageContaining("ignores");
      assertThat(threads.failures().count()).isEqualTo(1);
    } finally {
      end.countDown();
    }
  }

  @Test
  void close_callThatIgnoresItsInterrupt_releasesTheCaller() throws Exception {
    CountDownLatch inside = new CountDownLatch(1);
    CountDownLatch end = new CountDownLatch(1);
    TinkerThreads threads = TinkerThreads.create(time);
    CompletableFuture<Boolean> caller =
        CompletableFuture.supplyAsync(() ->
            threads.await(
                "some call",
                () -> {
                  inside.countDown();
                  waitFor(end);
                  return true;
                },
                unwanted -> {},
                () -> Duration.ofHours(1)));
    inside.await();

    threads.close(Duration.ZERO);

    assertThatThrownBy(() -> caller.get(20, TimeUnit.SECONDS))
        .cause()
        .isInstanceOf(CallInterruptedException.class)
        .hasMessageContaining("some call");
    end.countDown();
  }

  private static Handler recording(List<LogRecord> records) {
    return new Handler() {
      @Override
      public void publish(LogRecord logged) {
        records.add(logged);
      }

      @Override
      public void flush() {}

      @Override
      public void close() {}
    };
  }
}
