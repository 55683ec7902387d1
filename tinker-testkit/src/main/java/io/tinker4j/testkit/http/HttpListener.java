package io.tinker4j.testkit.http;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import javax.net.ssl.SSLContext;
import org.eclipse.jetty.alpn.server.ALPNServerConnectionFactory;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.http2.HTTP2Cipher;
import org.eclipse.jetty.http2.server.AbstractHTTP2ServerConnectionFactory;
import org.eclipse.jetty.http2.server.HTTP2CServerConnectionFactory;
import org.eclipse.jetty.http2.server.HTTP2ServerConnectionFactory;
import org.eclipse.jetty.io.RateControl;
import org.eclipse.jetty.server.ConnectionFactory;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.SecureRequestCustomizer;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.SslConnectionFactory;
import org.eclipse.jetty.server.handler.ErrorHandler;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.jspecify.annotations.Nullable;

/** Jetty on one port, for HTTP/1.1 and HTTP/2, in clear text or over TLS. */
public final class HttpListener implements AutoCloseable {
  private static final int MAX_PLATFORM_THREADS = 16;
  private static final Duration IDLE_MARGIN = Duration.ofSeconds(30);

  private final ExecutorService virtualThreads =
      Executors.newThreadPerTaskExecutor(
          Thread.ofVirtual().name("tinker-server-http-", 0).factory());
  private final Server server;
  private final ClosingConnector connector;
  private volatile boolean closing;

  private HttpListener(
      HttpFront front,
      String host,
      int port,
      Duration holdTime,
      @Nullable SSLContext tls,
      HttpQuirks quirks) {
    QueuedThreadPool threads = new QueuedThreadPool(MAX_PLATFORM_THREADS);
    threads.setName("tinker-server-jetty");
    threads.setDaemon(true);
    threads.setVirtualThreadsExecutor(virtualThreads);
    server = new Server(threads);
    server.setErrorHandler(new JsonErrors());
    server.setHandler(new JettyHandler(front));
    HttpConfiguration configuration = new HttpConfiguration();
    configuration.setSendServerVersion(false);
    HttpConnectionFactory http1 = new HttpConnectionFactory(configuration);
    connector =
        new ClosingConnector(server, factories(http1, configuration, tls, quirks.clearTextHttp2()));
    connector.setHost(host);
    connector.setPort(port);
    connector.setIdleTimeout(holdTime.plus(IDLE_MARGIN).toMillis());
    server.addConnector(connector);
  }

  /** HTTP/2 is asked for in the connection's preface, or over TLS by ALPN. */
  private static ConnectionFactory[] factories(
      HttpConnectionFactory http1,
      HttpConfiguration configuration,
      @Nullable SSLContext tls,
      boolean clearTextHttp2) {
    if (tls == null && !clearTextHttp2) {
      return new ConnectionFactory[] {http1};
    }
    AbstractHTTP2ServerConnectionFactory http2 =
        tls == null
            ? new HTTP2CServerConnectionFactory(configuration)
            : new HTTP2ServerConnectionFactory(configuration);
    // Cancelled requests are ordinary in tests; Jetty would take many of them for an attack.
    http2.setRateControlFactory(new RateControl.Factory() {});
    if (tls == null) {
      return new ConnectionFactory[] {http1, http2};
    }
    configuration.addCustomizer(new SecureRequestCustomizer(false));
    ALPNServerConnectionFactory negotiation = new ALPNServerConnectionFactory();
    negotiation.setDefaultProtocol(http1.getProtocol());
    SslContextFactory.Server context = new SslContextFactory.Server();
    context.setSslContext(tls);
    context.setCipherComparator(HTTP2Cipher.COMPARATOR);
    return new ConnectionFactory[] {
      new SslConnectionFactory(context, negotiation.getProtocol()), negotiation, http2, http1
    };
  }

  /**
   * Starts to listen, for TLS when a context is given.
   *
   * @throws UncheckedIOException when the port is taken
   */
  public static HttpListener start(
      HttpFront front,
      String host,
      int port,
      Duration holdTime,
      @Nullable SSLContext tls,
      HttpQuirks quirks) {
    HttpListener listener = new HttpListener(front, host, port, holdTime, tls, quirks);
    try {
      listener.server.start();
      return listener;
    } catch (Exception e) {
      listener.close();
      throw new UncheckedIOException(
          "cannot listen on %s:%d (%s)".formatted(host, port, e.getMessage()), new IOException(e));
    }
  }

  public int port() {
    return connector.getLocalPort();
  }

  @Override
  public void close() {
    closing = true;
    // First of all, so that no more connections come.
    connector.close();
    virtualThreads.shutdownNow();
    try {
      server.stop();
      connector.closeAccepted();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (Exception e) {
      throw new IllegalStateException("the server did not stop", e);
    }
  }

  /** Errors that Jetty finds itself, such as a malformed request line, in the API's form. */
  private final class JsonErrors extends ErrorHandler {
    @Override
    public boolean handle(Request request, Response response, Callback callback) {
      if (closing && response.getStatus() == HttpStatus.INTERNAL_SERVER_ERROR_500) {
        // What fails since its thread was interrupted, or got none, is to come again later.
        response.setStatus(HttpStatus.SERVICE_UNAVAILABLE_503);
      }
      byte[] body = body(response.getStatus());
      response.getHeaders().put(HttpHeader.CONTENT_TYPE, Answer.JSON);
      // After some of these errors Jetty closes the connection without saying so. HTTP/2 has no
      // such header, and Jetty leaves it out.
      response.getHeaders().put(HttpHeader.CONNECTION, "close");
      response.write(true, ByteBuffer.wrap(body), callback);
      return true;
    }

    private byte[] body(int status) {
      return JsonBodies.write(Map.of("detail", "HTTP error " + status));
    }
  }
}
