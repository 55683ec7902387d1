package io.tinker4j.transport.jdk;

import io.tinker4j.transport.internal.TinkerThreads;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Adds a proxy's password to CONNECT requests.
 *
 * <p>The JDK's client sends no Basic credentials when it asks a proxy for a tunnel, unless a system
 * property of the whole JVM says so. So it is given this relay on the loopback interface as its
 * proxy, which passes its request on with the password, and then the tunnel's bytes, which are
 * encrypted. Whoever does not know the relay's token, a number of this process, is turned away.
 */
final class ProxyRelay implements AutoCloseable {
  /** A request header that the JDK's client sends to the proxy only. */
  static final String TOKEN_HEADER = "Proxy-Tinker4j-Token";

  private static final int LONGEST_HEAD = 16 * 1024;

  private final ProxySettings.Server proxy;
  private final Duration connectTimeout;
  private final String token = UUID.randomUUID().toString();
  private final TinkerThreads threads = TinkerThreads.withGrace(Duration.ofSeconds(1));
  private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
  private final ServerSocket server;
  private volatile boolean closed;

  private ProxyRelay(ProxySettings.Server proxy, Duration connectTimeout) throws IOException {
    this.proxy = proxy;
    this.connectTimeout = connectTimeout;
    this.server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
  }

  static ProxyRelay start(ProxySettings.Server proxy, Duration connectTimeout) {
    try {
      ProxyRelay relay = new ProxyRelay(proxy, connectTimeout);
      relay.threads.start("proxy", () -> relay.threads.repeat("proxy", relay::accept));
      return relay;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot listen on the loopback interface", e);
    }
  }

  int port() {
    return server.getLocalPort();
  }

  String token() {
    return token;
  }

  private boolean accept() {
    if (!closed) {
      try {
        Socket socket = server.accept();
        sockets.add(socket);
        threads.start("proxy", () -> serve(socket));
      } catch (IOException | IllegalStateException e) {
        // Closed, or a client that was gone before it was accepted.
      }
    }
    return !closed;
  }

  private void serve(Socket client) {
    try (client;
        Socket upstream = new Socket()) {
      sockets.add(upstream);
      String head = head(client.getInputStream());
      if (!head.contains("\r\n" + TOKEN_HEADER + ": " + token + "\r\n")) {
        refuse(client, "407 Proxy Authentication Required");
        return;
      }
      try {
        upstream.connect(
            new InetSocketAddress(proxy.host(), proxy.port()),
            Math.clamp(connectTimeout.toMillis(), 1, Integer.MAX_VALUE));
      } catch (IOException e) {
        refuse(client, "502 Bad Gateway");
        return;
      }
      upstream.getOutputStream().write(withPassword(head).getBytes(StandardCharsets.ISO_8859_1));
      Thread back = threads.start("proxy", () -> copy(upstream, client));
      copy(client, upstream);
      back.join();
      sockets.remove(upstream);
    } catch (IOException | IllegalStateException e) {
      // The tunnel is over; whoever reads from it sees that.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      sockets.remove(client);
    }
  }

  private static void refuse(Socket client, String status) throws IOException {
    client
        .getOutputStream()
        .write(
            ("HTTP/1.1 " + status + "\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
                .getBytes(StandardCharsets.ISO_8859_1));
  }

  private String withPassword(String head) {
    return head.replace(
        TOKEN_HEADER + ": " + token, "Proxy-Authorization: " + proxy.authorization());
  }

  private static String head(InputStream in) throws IOException {
    ByteArrayOutputStream head = new ByteArrayOutputStream();
    while (head.size() < LONGEST_HEAD) {
      int unit = in.read();
      if (unit < 0) {
        throw new IOException("the client is gone");
      }
      head.write(unit);
      String text = head.toString(StandardCharsets.ISO_8859_1);
      if (unit == '\n' && text.endsWith("\r\n\r\n")) {
        return text;
      }
    }
    throw new IOException("the request's head is too long");
  }

  /** Copies until the end, and passes the end on. */
  private static void copy(Socket from, Socket to) {
    try {
      OutputStream out = to.getOutputStream();
      from.getInputStream().transferTo(out);
      to.shutdownOutput();
    } catch (IOException e) {
      closeQuietly(from);
      closeQuietly(to);
    }
  }

  private static void closeQuietly(Socket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      // It is of no use any more.
    }
  }

  @Override
  public void close() {
    closed = true;
    try {
      server.close();
    } catch (IOException e) {
      throw new UncheckedIOException("the relay did not stop listening", e);
    }
    sockets.forEach(ProxyRelay::closeQuietly);
    threads.close();
  }
}
