package io.tinker4j.training;

import static org.assertj.core.api.Assertions.assertThat;

import io.tinker4j.testkit.time.ManualTime;
import io.tinker4j.transport.CredentialSource;
import io.tinker4j.transport.Headers;
import io.tinker4j.transport.TransportResponse;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Settings that a server does not give are no reason not to start. */
@Timeout(60)
class DynamicConfigTest {
  private final ManualTime time = ManualTime.autoAdvancing();
  private final FakeService server = new FakeService();

  @AfterEach
  void stopTheClock() {
    time.close();
  }

  private static TransportResponse faulty(String fault) throws IOException, InterruptedException {
    return switch (fault) {
      case "lost" -> throw new IOException("connection reset");
      case "silent" -> {
        new CountDownLatch(1).await();
        throw new AssertionError("nothing counts it down");
      }
      case "garbage" ->
          TransportResponse.of(
              200,
              Headers.empty(),
              new ByteArrayInputStream("<html>".getBytes(StandardCharsets.UTF_8)));
      case "of another shape" -> FakeService.json(200, Map.of("refresh_interval_sec", "soon"));
      default -> FakeService.json(Integer.parseInt(fault), Map.of("detail", "no settings"));
    };
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "401",
        "402",
        "403",
        "404",
        "405",
        "429",
        "500",
        "503",
        "lost",
        "silent",
        "garbage",
        "of another shape"
      })
  void createModel_brokenDynamicConfig_asksOnceAndGoesOn(String fault) {
    server.on("client/dynamic_config", call -> faulty(fault));
    Instant start = time.now();
    try (ServiceClient service = server.client().time(time).build()) {
      service.createLoraTrainingClient("base");

      assertThat(server.callsTo("client/dynamic_config")).hasSize(1);
      // The clock may turn by itself to the next heartbeat or two while the machine is slow.
      assertThat(Duration.between(start, time.now())).isLessThan(Duration.ofMinutes(2));
    }
  }

  @Test
  void dynamicConfig_brokenAtTheStart_isAskedForLater() throws Exception {
    AtomicInteger asked = new AtomicInteger();
    CountDownLatch thrice = new CountDownLatch(3);
    server.on(
        "client/dynamic_config",
        call -> {
          thrice.countDown();
          return asked.getAndIncrement() == 0
              ? faulty("500")
              : FakeService.json(200, Map.of("refresh_interval_sec", 20));
        });
    try (ServiceClient service = server.client().time(time).build()) {
      service.createLoraTrainingClient("base");

      thrice.await();
    }
  }

  @Test
  void dynamicConfig_credentialSourceThrows_isAskedForLater() throws Exception {
    AtomicInteger asked = new AtomicInteger();
    CountDownLatch later = new CountDownLatch(1);
    server.on(
        "client/dynamic_config",
        call -> {
          if (asked.incrementAndGet() == 2) {
            later.countDown();
          }
          return FakeService.json(200, Map.of("refresh_interval_sec", 20));
        });
    AtomicInteger refreshes = new AtomicInteger();
    CredentialSource source =
        () -> {
          if (Thread.currentThread().getName().startsWith("tinker-config")
              && refreshes.getAndIncrement() == 0) {
            throw new IllegalStateException("the vault is sealed");
          }
          return "tml-test";
        };
    try (ServiceClient service = server.client().credentials(source).time(time).build()) {
      service.createLoraTrainingClient("base");

      assertThat(later.await(30, TimeUnit.SECONDS)).as("a question after the failure").isTrue();
    }
  }
}
