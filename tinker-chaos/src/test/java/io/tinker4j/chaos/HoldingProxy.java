package io.tinker4j.chaos;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/** Between a client and a server; answers one request by half, and the rest of it never. */
final class HoldingProxy implements AutoCloseable {
  private static final Set<String> NOT_FORWARDED =
      Set.of(
          "connection",
          "content-length",
          "host",
          "http2-settings",
          "upgrade",
          "accept-encoding",
          ":status");

  private final URI server;
  private final String path;
  private final AtomicInteger left;
  private final CountDownLatch held = new CountDownLatch(1);
  private final CountDownLatch end = new CountDownLatch(1);
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final HttpClient client = HttpClient.newHttpClient();
  private final HttpServer proxy;

  /**
   * Starts it.
   *
   * @param path what is held has this in its path
   * @param nth which of those, from 1
   */
  HoldingProxy(URI server, String path, int nth) {
    this.server = server;
    this.path = path;
    this.left = new AtomicInteger(nth);
    try {
      this.proxy = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    proxy.setExecutor(threads);
    proxy.createContext("/", this::handle);
    proxy.start();
  }

  String address() {
    return "http://127.0.0.1:" + proxy.getAddress().getPort();
  }

  /** Returns when the request is held. */
  void awaitHeld() throws InterruptedException {
    held.await();
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      boolean isHeld =
          exchange.getRequestURI().getPath().contains(path) && left.decrementAndGet() == 0;
      HttpResponse<byte[]> answer = forward(exchange);
      byte[] body = rewritten(answer);
      answer
          .headers()
          .map()
          .forEach((name, values) -> {
            if (!NOT_FORWARDED.contains(name)) {
              exchange.getResponseHeaders().put(name, values.stream().map(this::here).toList());
            }
          });
      exchange.sendResponseHeaders(answer.statusCode(), body.length == 0 ? -1 : body.length);
      OutputStream out = exchange.getResponseBody();
      out.write(body, 0, isHeld ? body.length / 2 : body.length);
      out.flush();
      if (isHeld) {
        held.countDown();
        end.await();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private HttpResponse<byte[]> forward(HttpExchange exchange)
      throws IOException, InterruptedException {
    byte[] body = exchange.getRequestBody().readAllBytes();
    HttpRequest.Builder request =
        HttpRequest.newBuilder(server.resolve(exchange.getRequestURI()))
            .method(exchange.getRequestMethod(), HttpRequest.BodyPublishers.ofByteArray(body));
    exchange
        .getRequestHeaders()
        .forEach((name, values) -> {
          if (!NOT_FORWARDED.contains(name.toLowerCase(Locale.ROOT))) {
            values.forEach(value -> request.header(name, value));
          }
        });
    return client.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
  }

  private byte[] rewritten(HttpResponse<byte[]> answer) {
    boolean isJson =
        answer.headers().firstValue("content-type").orElse("").startsWith("application/json");
    return isJson
        ? here(new String(answer.body(), StandardCharsets.UTF_8)).getBytes(StandardCharsets.UTF_8)
        : answer.body();
  }

  /** Addresses that the server hands out lead here. */
  private String here(String text) {
    return text.replace(server.toString(), address());
  }

  @Override
  public void close() {
    end.countDown();
    proxy.stop(0);
    threads.shutdownNow();
    client.shutdownNow();
  }
}
