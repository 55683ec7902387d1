package io.tinker4j.testkit.contract;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** An HTTP/1.1 server on a bare socket, so that a contract decides about every byte. */
final class ScriptedServer implements AutoCloseable {
  /** Answers one request. */
  interface Script {
    /** Writes the answer; returning ends the connection. */
    void answer(Received request, OutputStream out) throws IOException, InterruptedException;
  }

  /** A request as it arrived. */
  static final class Received {
    private final String line;
    private final List<String> headers;
    private final byte[] body;

    private Received(String line, List<String> headers, byte[] body) {
      this.line = line;
      this.headers = headers;
      this.body = body;
    }

    String line() {
      return line;
    }

    byte[] body() {
      return body.clone();
    }

    /** Returns the values of a header, in order. */
    List<String> all(String name) {
      String prefix = name.toLowerCase(Locale.ROOT) + ":";
      return headers.stream()
          .filter(header -> header.toLowerCase(Locale.ROOT).startsWith(prefix))
          .map(header -> header.substring(prefix.length()).strip())
          .toList();
    }
  }

  final List<Received> requests = new CopyOnWriteArrayList<>();
  private final CountDownLatch end = new CountDownLatch(1);
  private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final ServerSocket server;
  private final Script script;

  private ScriptedServer(Script script) throws IOException {
    this.script = script;
    this.server = new ServerSocket(0, 200, InetAddress.getLoopbackAddress());
    threads.execute(this::accept);
  }

  static ScriptedServer start(Script script) throws IOException {
    return new ScriptedServer(script);
  }

  /** Answers every request the same. */
  static ScriptedServer answering(String status, String body, String... headers)
      throws IOException {
    return start((request, out) -> write(out, status, body, headers));
  }

  static void write(OutputStream out, String status, String body, String... headers)
      throws IOException {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    StringBuilder head = new StringBuilder("HTTP/1.1 " + status + "\r\n");
    for (String header : headers) {
      head.append(header).append("\r\n");
    }
    head.append("Content-Length: ").append(bytes.length).append("\r\n\r\n");
    raw(out, head.toString());
    out.write(bytes);
    out.flush();
  }

  /** Writes text; an answer's head says that the connection ends with it. */
  static void raw(OutputStream out, String text) throws IOException {
    String last = text.startsWith("HTTP/") ? "\r\nConnection: close\r\n" : "\r\n";
    out.write(text.replaceFirst("\r\n", last).getBytes(StandardCharsets.ISO_8859_1));
    out.flush();
  }

  URI uri(String path) {
    return URI.create("http://127.0.0.1:" + server.getLocalPort() + path);
  }

  /** Waits until the server is closed: an answer that does not come. */
  void hang() throws InterruptedException {
    end.await();
  }

  private void accept() {
    try {
      while (true) {
        Socket socket = server.accept();
        sockets.add(socket);
        threads.execute(() -> serve(socket));
      }
    } catch (IOException e) {
      // The contract is over.
    }
  }

  private void serve(Socket socket) {
    try (socket) {
      Received request = read(socket.getInputStream());
      requests.add(request);
      script.answer(request, socket.getOutputStream());
      socket.shutdownOutput();
    } catch (IOException e) {
      // The client has gone, which is what some rules are about.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      sockets.remove(socket);
    }
  }

  private static Received read(InputStream in) throws IOException {
    String line = line(in);
    List<String> headers = new ArrayList<>();
    int length = 0;
    boolean chunked = false;
    for (String header = line(in); !header.isEmpty(); header = line(in)) {
      headers.add(header);
      String lower = header.toLowerCase(Locale.ROOT);
      if (lower.startsWith("content-length:")) {
        length = Integer.parseInt(header.substring(15).strip());
      }
      chunked |= lower.startsWith("transfer-encoding:") && lower.contains("chunked");
    }
    return new Received(line, headers, chunked ? chunks(in) : in.readNBytes(length));
  }

  private static byte[] chunks(InputStream in) throws IOException {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    for (int size = Integer.parseInt(line(in), 16); size > 0; ) {
      body.write(in.readNBytes(size));
      line(in);
      size = Integer.parseInt(line(in), 16);
    }
    line(in);
    return body.toByteArray();
  }

  private static String line(InputStream in) throws IOException {
    StringBuilder line = new StringBuilder();
    for (int unit = in.read(); unit != '\n'; unit = in.read()) {
      if (unit < 0) {
        throw new IOException("the client has gone");
      }
      if (unit != '\r') {
        line.append((char) unit);
      }
    }
    return line.toString();
  }

  @Override
  public void close() {
    end.countDown();
    threads.shutdownNow();
    try {
      server.close();
      for (Socket socket : sockets) {
        socket.close();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
