package io.tinker4j.testkit.contract;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import io.tinker4j.transport.CallKind;
import io.tinker4j.transport.Headers;
import io.tinker4j.transport.Transport;
import io.tinker4j.transport.TransportRequest;
import io.tinker4j.transport.TransportResponse;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What every {@link Transport} must do, tested over real sockets. Extend it with a class that makes
 * your transport, and run that with JUnit.
 *
 * {@snippet :
 * class MyTransportTest extends TransportContract {
 *   @Override
 *   protected Transport createTransport() {
 *     return new MyTransport();
 *   }
 * }
 * }
 */
@Timeout(60)
public abstract class TransportContract {
  private static final Duration PROMPTLY = Duration.ofSeconds(10);

  private Transport transport;

  /** Creates the contract's tests. */
  @SuppressWarnings("NullAway.Init") // each test begins with a transport of its own
  protected TransportContract() {}

  /** Makes the transport that a test uses and closes. It must allow 50 requests in flight. */
  protected abstract Transport createTransport() throws Exception;

  @BeforeEach
  final void createOne() throws Exception {
    transport = createTransport();
  }

  @AfterEach
  final void closeIt() {
    transport.close();
  }

  private static TransportRequest request(String method, URI uri, String body, String... headers) {
    Headers.Builder all = Headers.builder();
    for (int i = 0; i < headers.length; i += 2) {
      all.add(headers[i], headers[i + 1]);
    }
    return TransportRequest.of(
        method,
        uri,
        all.build(),
        ByteBuffer.wrap(body.getBytes(StandardCharsets.UTF_8)),
        CallKind.REST);
  }

  private String bodyOf(TransportRequest request) throws Exception {
    try (TransportResponse response = transport.send(request)) {
      return new String(response.body().readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"GET", "POST", "PUT", "DELETE"})
  final void methodAndAddress_arriveAsGiven(String method) throws Exception {
    try (ScriptedServer server = ScriptedServer.answering("200 OK", "fine")) {
      String path = "/base/api/v1/runs/a:b/weights/1?day=2026-01-01&name=%C3%A9+x%2Cy";

      assertEquals("fine", bodyOf(request(method, server.uri(path), "")));

      assertEquals(method + " " + path + " HTTP/1.1", server.requests.getFirst().line());
    }
  }

  @Test
  final void headers_arriveAsGiven() throws Exception {
    try (ScriptedServer server = ScriptedServer.answering("200 OK", "")) {
      bodyOf(
          request(
              "POST",
              server.uri("/"),
              "{}",
              "Content-Type",
              "application/x-protobuf",
              "User-Agent",
              "tinker4j/test",
              "Accept-Encoding",
              "gzip, zstd",
              "X-Many",
              "one",
              "X-Many",
              "two"));

      ScriptedServer.Received seen = server.requests.getFirst();
      assertEquals(List.of("application/x-protobuf"), seen.all("content-type"));
      assertEquals(List.of("tinker4j/test"), seen.all("user-agent"));
      assertEquals(List.of("gzip, zstd"), seen.all("accept-encoding"));
      assertEquals("one, two", String.join(", ", seen.all("x-many")));
    }
  }

  @Test
  final void body_arrivesByteForByteWithItsLength() throws Exception {
    byte[] body = new byte[1_000_003];
    for (int i = 0; i < body.length; i++) {
      body[i] = (byte) (i * 31);
    }
    ByteBuffer padded = ByteBuffer.allocate(body.length + 20);
    padded.position(10).put(body).position(10).limit(10 + body.length);
    try (ScriptedServer server = ScriptedServer.answering("200 OK", "")) {
      TransportRequest request =
          TransportRequest.of("POST", server.uri("/"), Headers.empty(), padded, CallKind.TRAIN);

      bodyOf(request);
      bodyOf(request);

      assertEquals(2, server.requests.size());
      for (ScriptedServer.Received seen : server.requests) {
        assertArrayEquals(body, seen.body());
        assertEquals(
            List.of(Integer.toString(body.length)),
            seen.all("content-length"),
            "the body's length is known and must be sent: some servers refuse chunks");
      }
    }
  }

  @Test
  final void repeatedResponseHeaders_areAllThere() throws Exception {
    try (ScriptedServer server =
            ScriptedServer.answering(
                "200 OK", "", "X-Many: one", "x-request-id: r7", "X-Many: two");
        TransportResponse response = transport.send(request("GET", server.uri("/"), ""))) {
      assertEquals(List.of("one", "two"), response.headers().all("x-many"));
      assertEquals("r7", response.headers().first("X-Request-Id").orElse("none"));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {201, 204, 400, 401, 404, 409, 429, 500, 503, 599})
  final void everyStatus_isAnAnswer(int status) throws Exception {
    String body = status == 204 ? "" : "{\"detail\":\"why\"}";
    try (ScriptedServer server =
            ScriptedServer.start((request, out) -> {
              if (status == 204) {
                ScriptedServer.raw(out, "HTTP/1.1 204 No Content\r\n\r\n");
              } else {
                ScriptedServer.write(out, status + " Some Reason", body);
              }
            });
        TransportResponse response = transport.send(request("POST", server.uri("/"), "{}"))) {
      assertEquals(status, response.status());
      assertEquals(body, new String(response.body().readAllBytes(), StandardCharsets.UTF_8));
      assertEquals(1, server.requests.size(), "a transport never tries again by itself");
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {301, 302, 303, 307, 308})
  final void redirect_isNotFollowed(int status) throws Exception {
    try (ScriptedServer other = ScriptedServer.answering("200 OK", "elsewhere");
        ScriptedServer server =
            ScriptedServer.answering(status + " Moved", "", "Location: " + other.uri("/x"));
        TransportResponse response =
            transport.send(request("GET", server.uri("/"), "", "X-API-Key", "tml-contract"))) {
      assertEquals(status, response.status());
      assertEquals(other.uri("/x").toString(), response.headers().first("Location").orElse("none"));
      assertTrue(
          other.requests.isEmpty(), "following a redirect carries the API key to another host");
    }
  }

  @Test
  final void cookies_areNotKept() throws Exception {
    try (ScriptedServer server =
        ScriptedServer.answering("200 OK", "", "Set-Cookie: session=1; Path=/")) {
      bodyOf(request("GET", server.uri("/"), ""));
      bodyOf(request("GET", server.uri("/"), ""));

      assertEquals(List.of(), server.requests.getLast().all("cookie"));
    }
  }

  @Test
  final void encodedBody_isHandedOutAsItArrived() throws Exception {
    byte[] gzip = {
      0x1f, (byte) 0x8b, 8, 0, 0, 0, 0, 0, 0, (byte) 0xff, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0
    };
    try (ScriptedServer server =
            ScriptedServer.start((request, out) -> {
              ScriptedServer.raw(
                  out,
                  "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n"
                      .formatted(gzip.length));
              out.write(gzip);
            });
        TransportResponse response =
            transport.send(request("GET", server.uri("/"), "", "Accept-Encoding", "gzip"))) {
      assertArrayEquals(gzip, response.body().readAllBytes());
      assertEquals("gzip", response.headers().first("content-encoding").orElse("none"));
    }
  }

  @Test
  final void lostConnection_isAnIoExceptionAndNothingIsSentAgain() throws Exception {
    try (ScriptedServer server = ScriptedServer.start((request, out) -> {})) {
      assertThrows(
          IOException.class, () -> bodyOf(request("POST", server.uri("/"), "{\"step\":1}")));

      assertEquals(
          1, server.requests.size(), "the server may have acted on the request: do not repeat it");
    }
  }

  @Test
  final void garbage_isAnIoException() throws Exception {
    try (ScriptedServer server =
        ScriptedServer.start(
            (request, out) -> ScriptedServer.raw(out, "\u0000\u0001SSH-2.0\r\n"))) {
      assertThrows(IOException.class, () -> bodyOf(request("POST", server.uri("/"), "{}")));
    }
  }

  @Test
  final void refusedConnection_isAConnectException() throws Exception {
    URI nobody;
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      nobody = URI.create("http://127.0.0.1:" + socket.getLocalPort() + "/");
    }

    assertThrows(
        ConnectException.class,
        () -> bodyOf(request("POST", nobody, "{}")),
        "callers must be able to tell that nothing was sent");
  }

  @Test
  final void interrupt_whileWaiting_endsItPromptly() throws Exception {
    CountDownLatch arrived = new CountDownLatch(1);
    AtomicReference<@Nullable Throwable> thrown = new AtomicReference<>();
    AtomicReference<@Nullable ScriptedServer> self = new AtomicReference<>();
    try (ScriptedServer server =
        ScriptedServer.start((request, out) -> {
          arrived.countDown();
          ScriptedServer own = self.get();
          if (own != null) {
            own.hang();
          }
        })) {
      self.set(server);
      Thread waiting =
          Thread.ofVirtual()
              .start(() -> {
                try {
                  bodyOf(request("POST", server.uri("/"), "{}"));
                } catch (Throwable e) {
                  thrown.set(e);
                }
              });
      arrived.await();
      waiting.interrupt();

      assertTrue(waiting.join(PROMPTLY), "an interrupt must end the waiting: deadlines need it");
      assertInstanceOf(InterruptedException.class, thrown.get());
    }
  }

  @Test
  final void interrupt_beforehand_sendsNothing() throws Exception {
    AtomicReference<@Nullable Throwable> thrown = new AtomicReference<>();
    try (ScriptedServer server = ScriptedServer.answering("200 OK", "")) {
      Thread interrupted =
          Thread.ofVirtual()
              .start(() -> {
                Thread.currentThread().interrupt();
                try {
                  bodyOf(request("POST", server.uri("/"), "{}"));
                } catch (Throwable e) {
                  thrown.set(e);
                }
              });

      assertTrue(interrupted.join(PROMPTLY));
      assertInstanceOf(InterruptedException.class, thrown.get());
    }
  }

  @Test
  final void manyRequests_areInFlightAtOnce() throws Exception {
    int count = 50;
    CountDownLatch all = new CountDownLatch(count);
    List<Thread> threads = new ArrayList<>();
    List<String> bodies = java.util.Collections.synchronizedList(new ArrayList<>());
    try (ScriptedServer server =
        ScriptedServer.start((request, out) -> {
          all.countDown();
          all.await();
          ScriptedServer.write(out, "200 OK", new String(request.body(), StandardCharsets.UTF_8));
        })) {
      for (int i = 0; i < count; i++) {
        String body = "body " + i;
        threads.add(
            Thread.ofVirtual()
                .start(() -> {
                  try {
                    bodies.add(body.equals(bodyOf(request("POST", server.uri("/"), body))) + "");
                  } catch (Exception e) {
                    bodies.add(e.toString());
                  }
                }));
      }
      for (Thread thread : threads) {
        assertTrue(
            thread.join(Duration.ofSeconds(30)), "50 requests must be possible at the same time");
      }
      assertEquals(java.util.Collections.nCopies(count, "true"), bodies);
    }
  }

  @Test
  final void close_isRepeatableAndEndsSending() throws Exception {
    try (ScriptedServer server = ScriptedServer.answering("200 OK", "")) {
      bodyOf(request("GET", server.uri("/"), ""));
      transport.close();
      transport.close();

      try {
        bodyOf(request("GET", server.uri("/"), ""));
        fail("a closed transport must not send");
      } catch (IOException | IllegalStateException e) {
        assertEquals(1, server.requests.size());
      }
    }
  }
}
