package io.tinker4j.testkit.time;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tinker4j.testkit.EmbeddedTinkerServer;
import io.tinker4j.testkit.WireClient;
import io.tinker4j.transport.Time;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ManualTimeTest {
  private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

  @Test
  void create_standsStill() {
    ManualTime time = ManualTime.create();

    assertThat(time.now()).isEqualTo(START).isEqualTo(time.now());
    assertThat(time.nanoTime()).isEqualTo(time.nanoTime());
  }

  @Test
  void advance_wakesEachSleepAtItsDeadlineInOrder() throws Exception {
    ManualTime time = ManualTime.create();
    List<String> woken = new CopyOnWriteArrayList<>();
    Thread late = sleeper(time, Duration.ofSeconds(3), woken);
    Thread early = sleeper(time, Duration.ofSeconds(1), woken);
    time.awaitWaits(2);

    time.advance(Duration.ofMillis(2999));
    early.join();
    List<String> before = List.copyOf(woken);
    time.advance(Duration.ofMillis(1));
    late.join();

    assertThat(before).containsExactly("PT1S at 2026-01-01T00:00:01Z");
    assertThat(woken).hasSize(2).last().isEqualTo("PT3S at 2026-01-01T00:00:03Z");
  }

  @Test
  void waits_longerThanClocksCount_areOnesThatOthersDoNotNotice() throws Exception {
    ManualTime time = ManualTime.create();
    List<String> woken = new CopyOnWriteArrayList<>();
    time.advance(Duration.ofSeconds(1));
    Time.Scheduled alarm =
        time.schedule(ChronoUnit.FOREVER.getDuration(), () -> woken.add("alarm"));
    Thread patient = sleeper(time, Duration.ofSeconds(Long.MAX_VALUE), woken);
    Thread other = sleeper(time, Duration.ofSeconds(1), woken);
    time.awaitWaits(3);

    time.advance(Duration.ofDays(365));
    other.join();
    boolean cancelled = alarm.cancel();
    patient.interrupt();
    patient.join();

    assertThat(cancelled).isTrue();
    assertThat(woken).containsExactly("PT1S at 2026-01-01T00:00:02Z", "interrupted");
  }

  private static Thread sleeper(Time time, Duration duration, List<String> woken) {
    return Thread.ofVirtual()
        .start(() -> {
          try {
            time.sleep(duration);
            woken.add(duration + " at " + time.now());
          } catch (InterruptedException e) {
            woken.add("interrupted");
          }
        });
  }

  @Test
  void advance_overManyDeadlinesOfOneThread_skipsNone() throws Exception {
    ManualTime time = ManualTime.create();
    List<Instant> beats = new CopyOnWriteArrayList<>();
    Thread heart =
        Thread.ofVirtual()
            .start(() -> {
              try {
                while (true) {
                  time.sleep(Duration.ofSeconds(10));
                  beats.add(time.now());
                }
              } catch (InterruptedException e) {
                beats.add(Instant.MAX);
              }
            });
    time.awaitWaits(1);

    time.advance(Duration.ofMinutes(10));
    List<Instant> seen = List.copyOf(beats);
    heart.interrupt();
    heart.join();

    assertThat(seen).hasSize(60).last().isEqualTo(START.plusSeconds(600));
    assertThat(beats).last().isEqualTo(Instant.MAX);
  }

  @Test
  void schedule_runsAtItsTimeUnlessCancelled() throws Exception {
    ManualTime time = ManualTime.create();
    AtomicReference<Instant> ran = new AtomicReference<>();
    Time.Scheduled kept = time.schedule(Duration.ofSeconds(2), () -> ran.set(time.now()));
    Time.Scheduled cancelled = time.schedule(Duration.ofSeconds(1), () -> ran.set(Instant.MAX));

    boolean first = cancelled.cancel();
    time.advance(Duration.ofSeconds(5));

    assertThat(first).isTrue();
    assertThat(cancelled.cancel()).isFalse();
    assertThat(kept.cancel()).isFalse();
    assertThat(ran.get()).isEqualTo(START.plusSeconds(2));
  }

  @Test
  void schedule_withoutDelay_runsAtOnce() {
    AtomicReference<String> ran = new AtomicReference<>("no");

    ManualTime.create().schedule(Duration.ZERO, () -> ran.set("yes"));

    assertThat(ran.get()).isEqualTo("yes");
  }

  @Test
  void sleep_interrupted_leavesNothingBehind() throws Exception {
    ManualTime time = ManualTime.create();
    List<String> woken = new CopyOnWriteArrayList<>();
    Thread sleeper = sleeper(time, Duration.ofSeconds(3), woken);
    time.awaitWaits(1);

    sleeper.interrupt();
    sleeper.join();
    time.advance(Duration.ofSeconds(5));

    assertThat(woken).containsExactly("interrupted");
  }

  @Test
  void advance_back_isRefused() {
    ManualTime time = ManualTime.create();

    assertThatThrownBy(() -> time.advance(Duration.ofSeconds(-1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("shiftClock");
  }

  @Test
  void shiftClock_movesTheTimeOfDayAlone() {
    ManualTime time = ManualTime.create();
    long before = time.nanoTime();

    time.shiftClock(Duration.ofHours(-1));

    assertThat(time.now()).isEqualTo(START.minusSeconds(3600));
    assertThat(time.nanoTime()).isEqualTo(before);
  }

  @Test
  void autoAdvancing_sleepsAreOverOnceEverybodyWaits() throws Exception {
    try (ManualTime time = ManualTime.autoAdvancing()) {
      CompletableFuture<Instant> other = new CompletableFuture<>();
      Thread.ofVirtual()
          .start(() -> {
            try {
              time.sleep(Duration.ofMinutes(90));
              other.complete(time.now());
            } catch (InterruptedException e) {
              other.completeExceptionally(e);
            }
          });
      time.awaitWaits(1);

      time.sleep(Duration.ofHours(2));

      assertThat(time.now()).isEqualTo(START.plus(Duration.ofHours(2)));
      assertThat(other.join()).isEqualTo(START.plus(Duration.ofMinutes(90)));
    }
  }

  @Test
  void server_holdsAQuestionForItsHoldTimeOfThisClock() throws Exception {
    try (ManualTime time = ManualTime.create();
        EmbeddedTinkerServer server =
            EmbeddedTinkerServer.builder().time(time).holdTime(Duration.ofMinutes(5)).start();
        WireClient client = new WireClient(server)) {
      String model = client.createModel();
      String beyondAGap = client.submit("optim_step", WireClient.optimStep(model, 2));
      CompletableFuture<String> answer =
          CompletableFuture.supplyAsync(() ->
              String.valueOf(
                  client
                      .post("retrieve_future", "{\"request_id\":\"%s\"}".formatted(beyondAGap))
                      .get("type")));
      time.awaitWaits(1);

      time.advance(Duration.ofSeconds(299));
      boolean early = answer.isDone();
      time.advance(Duration.ofSeconds(1));

      assertThat(early).isFalse();
      assertThat(answer.join()).isEqualTo("try_again");
    }
  }

  /** A machine that is busy does not get a new thread running at once. */
  @Test
  void autoAdvancing_threadThatHasNotAskedYet_isNotOvertaken() throws Exception {
    try (ManualTime time = ManualTime.autoAdvancing()) {
      List<String> woken = new CopyOnWriteArrayList<>();
      Duration late = Duration.ofNanos(time.nanoTime());
      CompletableFuture<Duration> asked = new CompletableFuture<>();
      Thread slow =
          Thread.ofVirtual()
              .start(() -> {
                long end = System.nanoTime() + Duration.ofMillis(300).toNanos();
                while (System.nanoTime() < end) {
                  Thread.onSpinWait();
                }
                asked.complete(Duration.ofNanos(time.nanoTime()));
              });
      Thread sleeper = sleeper(time, Duration.ofHours(1), woken);

      slow.join();
      sleeper.join();

      assertThat(asked.join()).isEqualTo(late);
      assertThat(woken).containsExactly("PT1H at 2026-01-01T01:00:00Z");
    }
  }
}
