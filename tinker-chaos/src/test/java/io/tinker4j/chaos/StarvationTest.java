package io.tinker4j.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import io.tinker4j.training.ServiceClient;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A JVM with all cores busy, virtual threads that never yield among them, and a gigabyte of garbage
 * a second: heartbeats go on. Takes as many seconds as {@code -Dstarvation.seconds} says; the
 * figures are for 60.
 */
@EnabledIfSystemProperty(named = "starvation.seconds", matches = "\\d+")
class StarvationTest {
  private static final int BLOCK = 1 << 20;

  private final AtomicBoolean over = new AtomicBoolean();
  private final LongAdder allocated = new LongAdder();

  @Tag("readiness:I5")
  @Test
  void heartbeats_inAStarvedJvm_areNeverFifteenSecondsApart() throws Exception {
    Duration load = Duration.ofSeconds(Long.getLong("starvation.seconds", 60));
    try (ServerProcess server = ServerProcess.start(0, "--fault-control");
        ServiceClient service =
            ServiceClient.builder().baseUrl(server.baseUrl()).apiKey("tml-test").build()) {
      service.createSamplingClient("tinker4j/nano-bytes");
      Instant start = Instant.now();
      List<Thread> hogs = new ArrayList<>();
      for (int i = 0; i < 2 * Runtime.getRuntime().availableProcessors(); i++) {
        hogs.add(Thread.ofVirtual().start(this::burn));
        hogs.add(Thread.ofPlatform().daemon().start(this::burn));
      }

      boolean never = new CountDownLatch(1).await(load.toMillis(), TimeUnit.MILLISECONDS);
      over.set(true);
      for (Thread hog : hogs) {
        hog.join();
      }

      assertThat(never).isFalse();
      List<Duration> gaps = gaps(server, start);
      double gigabytes = allocated.sum() / 1e9 / load.toSeconds();
      System.getLogger(getClass().getName())
          .log(
              System.Logger.Level.INFO,
              "heartbeat gaps %s with %.1f GB/s allocated".formatted(gaps, gigabytes));
      assertThat(gigabytes).isGreaterThan(1);
      assertThat(gaps).hasSizeGreaterThan((int) load.toSeconds() / 15 - 1);
      assertThat(gaps).allSatisfy(gap -> assertThat(gap).isLessThan(Duration.ofSeconds(15)));
    }
  }

  private void burn() {
    byte[][] garbage = new byte[8][];
    long round = 0;
    while (!over.get()) {
      garbage[(int) (round++ % garbage.length)] = new byte[BLOCK];
      allocated.add(BLOCK);
    }
  }

  private static List<Duration> gaps(ServerProcess server, Instant start) throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(server.baseUrl() + "/control/requests"))
            .header("X-API-Key", "tml-test")
            .build();
    try (HttpClient client = HttpClient.newHttpClient()) {
      String received = client.send(request, HttpResponse.BodyHandlers.ofString()).body();
      List<Instant> beats = new ArrayList<>(List.of(start));
      for (JsonNode entry : JsonMapper.shared().readTree(received).get("requests")) {
        if (entry.get("path").asString().endsWith("/session_heartbeat")) {
          beats.add(Instant.parse(entry.get("time").asString()));
        }
      }
      return IntStream.range(1, beats.size())
          .mapToObj(i -> Duration.between(beats.get(i - 1), beats.get(i)))
          .toList();
    }
  }
}
