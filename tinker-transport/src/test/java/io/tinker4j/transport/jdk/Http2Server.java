package io.tinker4j.transport.jdk;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.eclipse.jetty.alpn.server.ALPNServerConnectionFactory;
import org.eclipse.jetty.http2.server.HTTP2CServerConnectionFactory;
import org.eclipse.jetty.http2.server.HTTP2ServerConnectionFactory;
import org.eclipse.jetty.io.RateControl;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.SecureRequestCustomizer;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.SslConnectionFactory;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.eclipse.jetty.util.thread.QueuedThreadPool;

/** A server for HTTP/2 over TLS, HTTP/2 in the clear and HTTP/1.1, with few streams allowed. */
final class Http2Server implements AutoCloseable {
  /** Answers one request; may block. */
  interface Answer {
    String to(Request request) throws Exception;
  }

  private final ExecutorService virtual = Executors.newVirtualThreadPerTaskExecutor();
  private final Server server;
  private final ServerConnector tls;
  private final ServerConnector plain;
  final Set<String> versions = ConcurrentHashMap.newKeySet();
  final Set<Object> connections = ConcurrentHashMap.newKeySet();

  private Http2Server(int maxStreams, Answer answer) throws Exception {
    QueuedThreadPool threads = new QueuedThreadPool(16);
    threads.setName("test-server");
    threads.setDaemon(true);
    threads.setVirtualThreadsExecutor(virtual);
    server = new Server(threads);
    HttpConfiguration configuration = new HttpConfiguration();
    SecureRequestCustomizer secure = new SecureRequestCustomizer();
    secure.setSniHostCheck(false);
    configuration.addCustomizer(secure);
    HTTP2ServerConnectionFactory http2 = new HTTP2ServerConnectionFactory(configuration);
    http2.setMaxConcurrentStreams(maxStreams);
    http2.setRateControlFactory(new RateControl.Factory() {});
    ALPNServerConnectionFactory alpn = new ALPNServerConnectionFactory();
    alpn.setDefaultProtocol("http/1.1");
    SslContextFactory.Server ssl = new SslContextFactory.Server();
    ssl.setKeyStore(TestCertificate.store());
    ssl.setKeyStorePassword(TestCertificate.password());
    tls =
        new ServerConnector(
            server,
            1,
            1,
            new SslConnectionFactory(ssl, alpn.getProtocol()),
            alpn,
            http2,
            new HttpConnectionFactory(configuration));
    tls.setHost("127.0.0.1");
    server.addConnector(tls);
    HTTP2CServerConnectionFactory h2c = new HTTP2CServerConnectionFactory(new HttpConfiguration());
    h2c.setMaxConcurrentStreams(maxStreams);
    plain =
        new ServerConnector(server, 1, 1, new HttpConnectionFactory(new HttpConfiguration()), h2c);
    plain.setHost("127.0.0.1");
    server.addConnector(plain);
    server.setHandler(
        new Handler.Abstract() {
          @Override
          public boolean handle(Request request, Response response, Callback callback) {
            versions.add(request.getConnectionMetaData().getProtocol());
            connections.add(request.getConnectionMetaData().getConnection().getEndPoint());
            virtual.execute(() -> respond(answer, request, response, callback));
            return true;
          }
        });
    server.start();
  }

  static Http2Server start(int maxStreams, Answer answer) throws Exception {
    return new Http2Server(maxStreams, answer);
  }

  private static void respond(
      Answer answer, Request request, Response response, Callback callback) {
    try {
      byte[] body = answer.to(request).getBytes(StandardCharsets.UTF_8);
      response.getHeaders().put("content-type", "application/json");
      response.getHeaders().put("content-length", body.length);
      response.write(true, ByteBuffer.wrap(body), callback);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      callback.failed(e);
    } catch (Exception e) {
      callback.failed(e);
    }
  }

  String https() {
    return "https://localhost:" + tls.getLocalPort();
  }

  String http() {
    return "http://127.0.0.1:" + plain.getLocalPort();
  }

  @Override
  public void close() throws Exception {
    virtual.shutdownNow();
    server.stop();
  }
}
