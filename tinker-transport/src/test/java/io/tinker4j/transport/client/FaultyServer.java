package io.tinker4j.transport.client;

import io.tinker4j.transport.jdk.TestCertificate;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLServerSocketFactory;

/** A server on a bare socket that does one thing wrong, for the first so many requests. */
final class FaultyServer implements AutoCloseable {
  /** What is done with a connection whose request has been read, or not. */
  interface Fault {
    void on(Socket socket, FaultyServer server) throws IOException, InterruptedException;
  }

  private static final String GOOD =
      "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 15\r\n"
          + "Connection: close\r\n\r\n{\"status\":\"ok\"}";

  private final CountDownLatch end = new CountDownLatch(1);
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final AtomicInteger connections = new AtomicInteger();
  private final ServerSocket server;
  private final Fault fault;
  private final int faulty;

  private FaultyServer(ServerSocket server, int faulty, Fault fault) {
    this.server = server;
    this.faulty = faulty;
    this.fault = fault;
    threads.execute(this::accept);
  }

  static FaultyServer start(int faulty, Fault fault) throws IOException {
    ServerSocket server = new ServerSocket();
    server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    return new FaultyServer(server, faulty, fault);
  }

  static FaultyServer startTls() throws IOException {
    SSLServerSocketFactory factory = TestCertificate.context().getServerSocketFactory();
    return new FaultyServer(
        factory.createServerSocket(0, 50, InetAddress.getLoopbackAddress()), 0, (s, f) -> {});
  }

  String authority() {
    return "127.0.0.1:" + server.getLocalPort();
  }

  int connections() {
    return connections.get();
  }

  private void accept() {
    try {
      while (true) {
        Socket socket = server.accept();
        int number = connections.incrementAndGet();
        threads.execute(() -> serve(socket, number));
      }
    } catch (IOException e) {
      // The test is over.
    }
  }

  private void serve(Socket socket, int number) {
    try (socket) {
      if (number <= faulty) {
        fault.on(socket, this);
      } else {
        readRequest(socket);
        write(socket, GOOD);
      }
    } catch (IOException e) {
      // The client has gone.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  static void readRequest(Socket socket) throws IOException {
    BufferedReader in =
        new BufferedReader(
            new InputStreamReader(socket.getInputStream(), StandardCharsets.ISO_8859_1));
    int length = 0;
    for (String line = in.readLine(); line != null && !line.isEmpty(); line = in.readLine()) {
      if (line.toLowerCase(Locale.ROOT).startsWith("content-length:")) {
        length = Integer.parseInt(line.substring(15).strip());
      }
    }
    for (int i = 0; i < length; i++) {
      in.read();
    }
  }

  static void write(Socket socket, String text) throws IOException {
    OutputStream out = socket.getOutputStream();
    out.write(text.getBytes(StandardCharsets.ISO_8859_1));
    out.flush();
  }

  /** Answers a request with this. */
  static Fault answer(String text) {
    return (socket, server) -> {
      readRequest(socket);
      write(socket, text);
    };
  }

  static Fault answer(int status, String type, String body, String... headers) {
    StringBuilder head = new StringBuilder("HTTP/1.1 " + status + " X\r\nConnection: close\r\n");
    for (String header : headers) {
      head.append(header).append("\r\n");
    }
    head.append("Content-Type: ").append(type).append("\r\n");
    head.append("Content-Length: ").append(body.length()).append("\r\n\r\n").append(body);
    return answer(head.toString());
  }

  /** Answers with these texts, some time apart, and then waits. */
  static Fault drip(long millisBetween, String... texts) {
    return (socket, server) -> {
      readRequest(socket);
      for (String text : texts) {
        write(socket, text);
        if (server.end.await(millisBetween, TimeUnit.MILLISECONDS)) {
          return;
        }
      }
      server.end.await();
    };
  }

  /** Cuts the connection so that the client sees a reset. */
  static void reset(Socket socket) throws IOException {
    socket.setSoLinger(true, 0);
    socket.close();
  }

  @Override
  public void close() throws IOException {
    end.countDown();
    server.close();
    threads.shutdownNow();
  }
}
