package io.tinker4j.transport.jdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tinker4j.transport.CallKind;
import io.tinker4j.transport.ConnectionException;
import io.tinker4j.transport.Transport;
import io.tinker4j.transport.client.ApiClient;
import io.tinker4j.transport.client.CallOptions;
import io.tinker4j.transport.client.ManualAlarms;
import io.tinker4j.transport.client.RecordingTime;
import io.tinker4j.transport.client.TestClient;
import io.tinker4j.transport.internal.Environment;
import io.tinker4j.transport.operation.JsonCodec;
import io.tinker4j.transport.operation.NoContent;
import io.tinker4j.transport.operation.Operation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.eclipse.jetty.server.Request;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Isolated;

/**
 * What the pools do over real sockets. {@code -Dcalls.in.flight=5000} has more calls in flight at
 * once.
 */
// readiness: D1, I8, O1, O2, O3, O4
@Timeout(120)
@Isolated("counts threads")
class JdkPoolsTest {
  private static final String HEALTHY = "{\"status\":\"ok\"}";
  private static final int PLATFORM_THREADS = 32;
  private static final int IN_FLIGHT = Integer.getInteger("calls.in.flight", 1_500);

  private static JdkTransport.Builder trusting() {
    return JdkTransport.builder().sslContext(TestCertificate.context());
  }

  private static ApiClient client(String baseUrl, Transport transport) {
    return ApiClient.builder().apiKey(TestClient.KEY).baseUrl(baseUrl).transport(transport).build();
  }

  private static Operation<NoContent, io.tinker4j.types.wire.HealthResponse> health(CallKind kind) {
    return Operation.get(
        "healthz",
        "/" + kind,
        kind,
        JsonCodec.of(NoContent.class, io.tinker4j.types.wire.HealthResponse.class),
        none -> java.util.Map.of());
  }

  private static <T> List<T> all(List<Future<T>> futures) throws Exception {
    List<T> values = new ArrayList<>();
    for (Future<T> future : futures) {
      values.add(future.get(100, TimeUnit.SECONDS));
    }
    return values;
  }

  @Test
  void calls_moreThanTheServersStreams_allSucceed() throws Exception {
    CallOptions once = CallOptions.builder().maxRetries(0).build();
    Operation<NoContent, io.tinker4j.types.wire.HealthResponse> sample = health(CallKind.SAMPLE);
    try (Http2Server server = Http2Server.start(10, request -> HEALTHY);
        JdkTransport transport = trusting().build();
        ApiClient client = client(server.https(), transport);
        ExecutorService users = Executors.newFixedThreadPool(200)) {
      List<Future<String>> answers = new ArrayList<>();
      for (int i = 0; i < 600; i++) {
        answers.add(users.submit(() -> client.call(sample, NoContent.INSTANCE, once).status()));
      }

      assertThat(all(answers)).hasSize(600).containsOnly("ok");
      assertThat(server.versions).containsExactly("HTTP/2.0");
    }
  }

  @Test
  void calls_ofAKindWhoseRequestsHang_doNotDelayOthers() throws Exception {
    CountDownLatch hanging = new CountDownLatch(400);
    CountDownLatch end = new CountDownLatch(1);
    try (Http2Server server =
            Http2Server.start(
                100,
                request -> {
                  if (Request.getPathInContext(request).endsWith("SAMPLE")) {
                    hanging.countDown();
                    end.await();
                  }
                  return HEALTHY;
                });
        JdkTransport transport = trusting().build();
        ApiClient client = client(server.https(), transport);
        ExecutorService users = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<String>> samples = new ArrayList<>();
      Callable<String> sample = () -> client.call(health(CallKind.SAMPLE)).status();
      for (int i = 0; i < 400; i++) {
        samples.add(users.submit(sample));
      }
      hanging.await();

      for (CallKind kind : List.of(CallKind.SESSION, CallKind.TRAIN, CallKind.SESSION)) {
        long start = System.nanoTime();
        client.call(health(kind));
        assertThat(Duration.ofNanos(System.nanoTime() - start))
            .as("delay of " + kind)
            .isLessThan(Duration.ofSeconds(20));
      }
      end.countDown();
      assertThat(all(samples)).hasSize(400);
    }
  }

  @Test
  void calls_thousandsInFlight_needFewPlatformThreadsAndLeaveNone() throws Exception {
    CountDownLatch end = new CountDownLatch(1);
    CountDownLatch full = new CountDownLatch(1_000);
    CountDownLatch started = new CountDownLatch(IN_FLIGHT);
    try (Http2Server server =
            Http2Server.start(
                100,
                request -> {
                  full.countDown();
                  end.await();
                  return HEALTHY;
                });
        ExecutorService users = Executors.newVirtualThreadPerTaskExecutor()) {
      JdkTransport transport = trusting().build();
      ApiClient client = client(server.https(), transport);
      CallOptions patient =
          CallOptions.builder()
              .timeout(Duration.ofSeconds(100))
              .deadline(Duration.ofSeconds(100))
              .build();
      List<Future<String>> answers = new ArrayList<>();
      for (int i = 0; i < IN_FLIGHT; i++) {
        answers.add(
            users.submit(() -> {
              started.countDown();
              return client.call(health(CallKind.FUTURES), NoContent.INSTANCE, patient).status();
            }));
      }
      started.await();
      full.await();

      assertThat(clientThreads()).hasSizeLessThanOrEqualTo(PLATFORM_THREADS);
      end.countDown();
      assertThat(all(answers)).hasSize(IN_FLIGHT);
      client.close();
      transport.close();
      for (Thread thread : clientThreads()) {
        thread.join(Duration.ofSeconds(5));
      }
      assertThat(clientThreads()).isEmpty();
    }
  }

  /** Platform threads of the SDK, of its HTTP clients, and those that carry virtual threads. */
  private static List<Thread> clientThreads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.isAlive())
        .filter(thread ->
            thread.getName().startsWith("tinker-") || thread.getName().startsWith("HttpClient-"))
        .toList();
  }

  @Test
  void maxInFlight_comesFromBuilderThenPropertiesThenEnvironment() {
    Environment both =
        new Environment(
            java.util.Map.of("tinker.maxInFlight.rest", "2")::get,
            java.util.Map.of("TINKER_MAX_IN_FLIGHT_REST", "3", "TINKER_MAX_IN_FLIGHT_TRAIN", "4")
                ::get);
    JdkTransport.Builder builder = JdkTransport.builder().environment(both);

    assertThat(builder.maxInFlight(CallKind.REST)).isEqualTo(2);
    assertThat(builder.maxInFlight(CallKind.TRAIN)).isEqualTo(4);
    assertThat(builder.maxInFlight(CallKind.REST, 5).maxInFlight(CallKind.REST)).isEqualTo(5);
    assertThat(builder.maxInFlight(CallKind.SAMPLE)).isEqualTo(400);
  }

  @Test
  void http2_isNegotiatedOverTlsOnly() throws Exception {
    try (Http2Server server = Http2Server.start(100, request -> HEALTHY);
        JdkTransport transport = trusting().build()) {
      client(server.http(), transport).call(health(CallKind.REST));
      assertThat(server.versions).containsExactly("HTTP/1.1");
      client(server.https(), transport).call(health(CallKind.TRAIN));
      assertThat(server.versions).containsExactlyInAnyOrder("HTTP/1.1", "HTTP/2.0");
    }
  }

  @Test
  void h2c_whenAskedFor_isUsed() throws Exception {
    try (Http2Server server = Http2Server.start(100, request -> HEALTHY);
        JdkTransport transport = JdkTransport.builder().h2c(true).build()) {
      ApiClient client = client(server.http(), transport);
      client.call(health(CallKind.REST));
      client.call(health(CallKind.REST));

      assertThat(server.versions).contains("HTTP/2.0");
    }
  }

  @Test
  void untrustedCertificate_isALostConnectionThatSaysSo() throws Exception {
    try (Http2Server server = Http2Server.start(100, request -> HEALTHY);
        JdkTransport transport = JdkTransport.create()) {
      ApiClient client = client(server.https(), transport);

      assertThatThrownBy(
              () -> client.call(health(CallKind.REST), NoContent.INSTANCE, TestClient.ONCE))
          .isInstanceOf(ConnectionException.class)
          .hasMessageContaining("certification path");
    }
  }

  @Test
  void idleClients_areClosed() {
    ManualAlarms time = new ManualAlarms();
    AtomicInteger open = new AtomicInteger();
    try (ClientPool<String> pool =
        new ClientPool<>(
            new PoolLimits(100, 2, Duration.ofSeconds(30), false),
            time,
            () -> "client" + open.incrementAndGet(),
            client -> open.decrementAndGet(),
            waited -> {})) {
      List<ClientPool.Lease<String>> leases = new ArrayList<>();
      for (int i = 0; i < 5; i++) {
        leases.add(acquire(pool));
      }
      assertThat(leases)
          .extracting(ClientPool.Lease::client)
          .containsExactly("client1", "client1", "client2", "client2", "client3");
      leases.forEach(ClientPool.Lease::close);
      ClientPool.Lease<String> busy = acquire(pool);

      time.advance(Duration.ofSeconds(30));

      assertThat(pool.size()).isEqualTo(1);
      assertThat(open).hasValue(1);
      busy.close();
      time.advance(Duration.ofSeconds(30));
      time.advance(Duration.ofSeconds(30));
      assertThat(pool.size()).isZero();
    }
  }

  private static <C> ClientPool.Lease<C> acquire(ClientPool<C> pool) {
    try {
      return pool.acquire();
    } catch (java.io.IOException | InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void refusedStreams_lowerTheLimit() {
    try (ClientPool<Object> pool =
        new ClientPool<>(
            new PoolLimits(100, 50, Duration.ofSeconds(30), false),
            new RecordingTime(),
            Object::new,
            client -> {},
            waited -> {})) {
      List<ClientPool.Lease<Object>> leases = new ArrayList<>();
      for (int i = 0; i < 12; i++) {
        leases.add(acquire(pool));
      }
      for (int i = 0; i < 2; i++) {
        ClientPool.Lease<Object> refused = leases.removeLast();
        refused.refused();
        refused.close();
      }

      Object tenth = leases.getLast().client();
      assertThat(acquire(pool).client()).isNotSameAs(tenth);
    }
  }

  @Test
  void newConnection_isOpenedByOneRequestAlone() throws Exception {
    try (ClientPool<Object> pool =
        new ClientPool<>(
            new PoolLimits(100, 50, Duration.ofSeconds(30), true),
            new RecordingTime(),
            Object::new,
            client -> {},
            waited -> {})) {
      ClientPool.Lease<Object> opener = pool.acquire();
      Thread second = Thread.ofVirtual().start(() -> acquire(pool));
      while (second.getState() != Thread.State.WAITING) {
        Thread.onSpinWait();
      }
      assertThat(pool.size()).isEqualTo(1);

      opener.connected();

      assertThat(second.join(Duration.ofSeconds(5))).isTrue();
      assertThat(pool.acquire().client()).isSameAs(opener.client());
    }
  }

  @Test
  void fullPool_letsRequestsWaitAndSaysSo() throws Exception {
    List<Duration> waits = new java.util.concurrent.CopyOnWriteArrayList<>();
    try (ClientPool<Object> pool =
        new ClientPool<>(
            new PoolLimits(1, 50, Duration.ofSeconds(30), false),
            new RecordingTime(),
            Object::new,
            client -> {},
            waits::add)) {
      ClientPool.Lease<Object> first = pool.acquire();
      assertThat(waits).isEmpty();
      Thread second = Thread.ofVirtual().start(() -> acquire(pool).close());
      while (second.getState() != Thread.State.WAITING) {
        Thread.onSpinWait();
      }
      first.close();
      second.join();

      assertThat(waits).hasSize(1);
    }
  }

  @Test
  void closedPool_failsThoseWhoWait() throws Exception {
    ClientPool<Object> pool =
        new ClientPool<>(
            new PoolLimits(1, 50, Duration.ofSeconds(30), false),
            new RecordingTime(),
            Object::new,
            client -> {},
            waited -> {});
    ClientPool.Lease<Object> taken = pool.acquire();
    Thread waiting =
        Thread.ofVirtual()
            .start(() ->
                assertThatThrownBy(pool::acquire).hasMessageContaining("transport is closed"));
    while (waiting.getState() != Thread.State.WAITING) {
      Thread.onSpinWait();
    }

    pool.close();

    assertThat(waiting.join(Duration.ofSeconds(5))).isTrue();
    taken.close();
  }
}
