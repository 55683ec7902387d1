package io.tinker4j.testkit.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tinker4j.transport.CallKind;
import io.tinker4j.transport.Headers;
import io.tinker4j.transport.Transport;
import io.tinker4j.transport.TransportRequest;
import io.tinker4j.transport.TransportResponse;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * What every {@link Transport} must do with answers' bodies, tested over real sockets. Extend it as
 * {@link TransportContract}.
 */
@Timeout(60)
public abstract class TransportStreamingContract {
  private static final Duration PROMPTLY = Duration.ofSeconds(10);
  private static final String HUNDRED = "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n";

  private Transport transport;

  /** Creates the contract's tests. */
  @SuppressWarnings("NullAway.Init") // each test begins with a transport of its own
  protected TransportStreamingContract() {}

  /** Makes the transport that a test uses and closes. */
  protected abstract Transport createTransport() throws Exception;

  @BeforeEach
  final void createOne() throws Exception {
    transport = createTransport();
  }

  @AfterEach
  final void closeIt() {
    transport.close();
  }

  private static TransportRequest get(URI uri) {
    return TransportRequest.of(
        "GET", uri, Headers.empty(), ByteBuffer.allocate(0), CallKind.DOWNLOAD);
  }

  @Test
  final void response_isThereBeforeItsBody() throws Exception {
    CountDownLatch proceed = new CountDownLatch(1);
    AtomicBoolean inTime = new AtomicBoolean();
    try (ScriptedServer server =
            ScriptedServer.start((request, out) -> {
              ScriptedServer.raw(out, HUNDRED);
              inTime.set(proceed.await(10, TimeUnit.SECONDS));
              ScriptedServer.raw(out, "x".repeat(100));
            });
        TransportResponse response = transport.send(get(server.uri("/")))) {
      assertEquals(200, response.status());
      proceed.countDown();

      assertEquals(100, response.body().readAllBytes().length);
      assertTrue(inTime.get(), "send must return with the headers, not with the body");
    }
  }

  @Test
  final void bytes_canBeReadAsTheyArrive() throws Exception {
    CountDownLatch proceed = new CountDownLatch(1);
    AtomicBoolean inTime = new AtomicBoolean();
    try (ScriptedServer server =
            ScriptedServer.start((request, out) -> {
              ScriptedServer.raw(out, HUNDRED + "first");
              inTime.set(proceed.await(10, TimeUnit.SECONDS));
              ScriptedServer.raw(out, "x".repeat(95));
            });
        TransportResponse response = transport.send(get(server.uri("/")))) {
      byte[] first = new byte[5];
      assertEquals(5, response.body().readNBytes(first, 0, 5));
      assertEquals("first", new String(first, StandardCharsets.UTF_8));
      proceed.countDown();

      assertEquals(95, response.body().readAllBytes().length);
      assertTrue(inTime.get(), "the first bytes must be readable before the last are sent");
    }
  }

  @Test
  final void largeBody_isNotHeldInMemory() throws Exception {
    long size = Runtime.getRuntime().maxMemory() + (64L << 20);
    try (ScriptedServer server = ScriptedServer.start((request, out) -> zeros(out, size));
        TransportResponse response = transport.send(get(server.uri("/")))) {
      byte[] block = new byte[1 << 16];
      long total = 0;
      for (int count = response.body().read(block);
          count >= 0;
          count = response.body().read(block)) {
        total += count;
      }
      assertEquals(size, total);
    }
  }

  private static void zeros(OutputStream out, long size) throws IOException {
    ScriptedServer.raw(out, "HTTP/1.1 200 OK\r\nContent-Length: " + size + "\r\n\r\n");
    byte[] block = new byte[1 << 16];
    for (long sent = 0; sent < size; sent += block.length) {
      out.write(block, 0, (int) Math.min(block.length, size - sent));
    }
  }

  @Test
  final void bodyThatEndsEarly_isAnIoException() throws Exception {
    try (ScriptedServer server =
            ScriptedServer.start((request, out) -> ScriptedServer.raw(out, HUNDRED + "half"));
        TransportResponse response = transport.send(get(server.uri("/")))) {
      assertThrows(
          IOException.class,
          () -> response.body().readAllBytes(),
          "half an answer must not look like a whole one");
    }
  }

  @Test
  final void chunksThatEndEarly_areAnIoException() throws Exception {
    try (ScriptedServer server =
            ScriptedServer.start((request, out) ->
                ScriptedServer.raw(
                    out, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n"));
        TransportResponse response = transport.send(get(server.uri("/")))) {
      assertThrows(IOException.class, () -> response.body().readAllBytes());
    }
  }

  @Test
  final void chunks_areJoined() throws Exception {
    try (ScriptedServer server =
            ScriptedServer.start((request, out) ->
                ScriptedServer.raw(
                    out,
                    String.join(
                        "\r\n",
                        "HTTP/1.1 200 OK",
                        "Transfer-Encoding: chunked",
                        "",
                        "5",
                        "first",
                        "6",
                        "second",
                        "0",
                        "",
                        "")));
        TransportResponse response = transport.send(get(server.uri("/")))) {
      assertEquals(
          "firstsecond", new String(response.body().readAllBytes(), StandardCharsets.UTF_8));
    }
  }

  @Test
  final void interrupt_whileReading_endsItPromptlyAndStaysSet() throws Exception {
    CountDownLatch reading = new CountDownLatch(1);
    AtomicReference<@Nullable Throwable> thrown = new AtomicReference<>();
    AtomicBoolean flag = new AtomicBoolean();
    AtomicReference<@Nullable ScriptedServer> self = new AtomicReference<>();
    try (ScriptedServer server =
        ScriptedServer.start((request, out) -> {
          ScriptedServer.raw(out, HUNDRED + "x");
          ScriptedServer own = self.get();
          if (own != null) {
            own.hang();
          }
        })) {
      self.set(server);
      Thread reader =
          Thread.ofVirtual()
              .start(() -> {
                try (TransportResponse response = transport.send(get(server.uri("/")))) {
                  assertEquals('x', response.body().read());
                  reading.countDown();
                  response.body().readAllBytes();
                } catch (Throwable e) {
                  flag.set(Thread.currentThread().isInterrupted());
                  thrown.set(e);
                }
              });
      reading.await();
      reader.interrupt();

      assertTrue(reader.join(PROMPTLY), "an interrupt must end the reading: deadlines need it");
      assertInstanceOf(IOException.class, thrown.get());
      assertTrue(flag.get(), "the interrupt flag must be set when the reading ends");
    }
  }

  @Test
  final void closeBeforeTheEnd_isPromptAndLeavesRoom() throws Exception {
    try (ScriptedServer server = ScriptedServer.start((request, out) -> zeros(out, 64L << 20))) {
      for (int i = 0; i < 100; i++) {
        TransportResponse response = transport.send(get(server.uri("/")));
        assertEquals(0, response.body().read());
        response.close();
        response.close();
      }
      assertEquals(100, server.requests.size());
    }
  }
}
