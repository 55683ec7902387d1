package io.tinker4j.training;

import static org.assertj.core.api.Assertions.assertThat;

import io.tinker4j.testkit.time.ManualTime;
import io.tinker4j.training.telemetry.Telemetry;
import io.tinker4j.training.telemetry.TelemetryQueue;
import io.tinker4j.transport.Transport;
import io.tinker4j.transport.TransportRequest;
import io.tinker4j.transport.TransportResponse;
import io.tinker4j.transport.client.ApiClient;
import io.tinker4j.transport.operation.JsonCodec;
import io.tinker4j.types.wire.TelemetrySeverity;
import java.io.IOException;
import java.net.ConnectException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The telemetry endpoint is down for a minute while more events come up than can be kept. */
@Tag("readiness:E1")
@Tag("readiness:Q4")
@Timeout(60)
class TelemetryOutageTest {
  private static final int EVENTS = 12_000;
  private static final Duration OUTAGE = Duration.ofSeconds(60);

  private final ManualTime time = ManualTime.create();
  private final Instant start = time.now();
  private final List<Instant> attempts = new CopyOnWriteArrayList<>();
  private final List<Map<String, @Nullable Object>> accepted = new CopyOnWriteArrayList<>();
  private final Map<String, String> idsBefore = new HashMap<>();
  private boolean losesOneAnswer = true;

  private final Transport server =
      new Transport() {
        @Override
        public synchronized TransportResponse send(TransportRequest request) throws IOException {
          attempts.add(time.now());
          List<Map<String, @Nullable Object>> events = events(request);
          for (Map<String, @Nullable Object> event : events) {
            String before = idsBefore.put(Golden.text(event, "event_name"), id(event));
            assertThat(before).isIn(null, id(event));
          }
          if (time.now().isBefore(start.plus(OUTAGE))) {
            if (attempts.size() % 2 == 0) {
              throw new ConnectException("away");
            }
            return FakeService.json(503, Map.of("detail", "away"));
          }
          accepted.addAll(events);
          if (losesOneAnswer) {
            losesOneAnswer = false;
            throw new IOException("the answer is lost");
          }
          return FakeService.json(200, Map.of("status", "accepted"));
        }

        @Override
        public void close() {}
      };

  private static String id(Map<String, @Nullable Object> event) {
    return Golden.text(event, "event_id");
  }

  private static List<Map<String, @Nullable Object>> events(TransportRequest request) {
    byte[] body = new byte[request.body().remaining()];
    request.body().get(body);
    return Golden.list(JsonCodec.readMap(body).get("events"));
  }

  @Test
  void endpointDownForAMinute_keepsTheNewestAndDeliversThemOnce() throws Exception {
    try (ApiClient api =
        ApiClient.builder()
            .apiKey("tml-test")
            .baseUrl("http://tinker.test")
            .transport(server)
            .time(time)
            .build()) {
      Telemetry telemetry = new Telemetry(time);
      telemetry.start(api, api.threads(), () -> 0);
      int most = 0;
      for (int second = 0; second < 60; second++) {
        for (int i = 0; i < EVENTS / 60; i++) {
          telemetry.generic(
              "e" + (second * EVENTS / 60 + i), TelemetrySeverity.INFO, Map.of("second", second));
          most = Math.max(most, telemetry.counts().waiting());
        }
        time.advance(Duration.ofSeconds(1));
      }
      assertThat(most).isEqualTo(TelemetryQueue.CAPACITY);
      assertThat(telemetry.counts().sent()).isZero();
      assertThat(telemetry.counts().dropped()).isEqualTo(EVENTS - TelemetryQueue.CAPACITY);

      time.advance(Duration.ofMinutes(2));

      assertThat(telemetry.counts().waiting()).isZero();
      assertThat(telemetry.counts().sent()).isEqualTo(TelemetryQueue.CAPACITY);
      assertDelivered();
      telemetry.close(Duration.ZERO);
    } finally {
      time.close();
    }
  }

  /** An event whose answer was lost has come twice, under one id: the server knows it again. */
  private void assertDelivered() {
    Set<String> ids = new HashSet<>();
    List<String> names = new ArrayList<>();
    for (Map<String, @Nullable Object> event : accepted) {
      if (ids.add(id(event))) {
        names.add(Golden.text(event, "event_name"));
      }
    }
    List<String> newest = new ArrayList<>();
    for (int i = EVENTS - TelemetryQueue.CAPACITY; i < EVENTS; i++) {
      newest.add("e" + i);
    }
    assertThat(names).isEqualTo(newest);
    assertThat(accepted).hasSize(TelemetryQueue.CAPACITY + TelemetryQueue.BATCH);
    assertThat(attempts.stream().filter(each -> each.isBefore(start.plus(OUTAGE))).count())
        .as("attempts during the outage: after 1, 2, 4 … seconds")
        .isBetween(5L, 12L);
  }
}
