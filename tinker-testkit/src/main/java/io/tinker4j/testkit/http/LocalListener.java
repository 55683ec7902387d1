package io.tinker4j.testkit.http;

import io.tinker4j.transport.Headers;
import io.tinker4j.transport.TransportRequest;
import java.io.InputStream;
import java.net.ConnectException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import org.eclipse.jetty.http.HttpURI;

/** What {@link HttpListener} is for sockets, for requests from the same process. */
public final class LocalListener implements AutoCloseable {
  private final HttpFront front;
  private final OpenCalls open = new OpenCalls();
  private final ExecutorService virtualThreads =
      Executors.newThreadPerTaskExecutor(
          Thread.ofVirtual().name("tinker-server-local-", 0).factory());

  public LocalListener(HttpFront front) {
    this.front = front;
  }

  /**
   * Begins to answer a request.
   *
   * @return the answer to be; fails when the server goes away before it
   * @throws ConnectException when the server has gone away
   */
  public CompletableFuture<Delivery> accept(TransportRequest request) throws ConnectException {
    CompletableFuture<Delivery> answer = new CompletableFuture<>();
    open.add(answer);
    try {
      virtualThreads.execute(() -> front.answer(new Input(request), new Output(answer)));
    } catch (RejectedExecutionException e) {
      ConnectException refused = new ConnectException("the server is not running");
      refused.initCause(e);
      throw refused;
    }
    return answer;
  }

  @Override
  public void close() {
    virtualThreads.shutdown();
    open.end("the server closes its connections");
    virtualThreads.shutdownNow();
  }

  private record Input(TransportRequest request) implements HttpInput {
    @Override
    public String method() {
      return request.method();
    }

    @Override
    public HttpURI uri() {
      return HttpURI.from(request.uri());
    }

    @Override
    public Headers headers() {
      return request.headers();
    }

    @Override
    public InputStream body() {
      return request.bodyStream();
    }
  }

  private record Output(CompletableFuture<Delivery> answer) implements HttpFront.Output {
    @Override
    public void write(Delivery delivery) {
      boolean unused = answer.complete(delivery);
    }

    @Override
    public void fail(Exception reason) {
      boolean unused = answer.completeExceptionally(reason);
    }
  }
}
