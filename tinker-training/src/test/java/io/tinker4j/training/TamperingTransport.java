package io.tinker4j.training;

import io.tinker4j.transport.Headers;
import io.tinker4j.transport.Transport;
import io.tinker4j.transport.TransportRequest;
import io.tinker4j.transport.TransportResponse;
import io.tinker4j.transport.jdk.JdkTransport;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;

/** Real HTTP, but for the paths that are answered here or held back. */
final class TamperingTransport implements Transport {
  private final JdkTransport inner = JdkTransport.create();
  private final Map<String, Action> actions = new ConcurrentHashMap<>();

  @FunctionalInterface
  private interface Action {
    TransportResponse on(TransportRequest request) throws IOException, InterruptedException;
  }

  /** Answers every request to that path without sending it. */
  void refuse(String path, int status, String json) {
    byte[] body = json.getBytes(StandardCharsets.UTF_8);
    actions.put(
        path,
        request ->
            TransportResponse.of(
                status,
                Headers.builder()
                    .set("content-type", "application/json")
                    .set("content-length", Integer.toString(body.length))
                    .build(),
                new ByteArrayInputStream(body)));
  }

  /** Sends every request to that path on, and answers with what is no answer. */
  void spoilAnswers(String path) {
    actions.put(
        path,
        request -> {
          inner.send(request).close();
          byte[] body = "not json".getBytes(StandardCharsets.UTF_8);
          return TransportResponse.of(
              200, Headers.builder().build(), new ByteArrayInputStream(body));
        });
  }

  /** Sends requests to that path on again. */
  void release(String path) {
    actions.remove(path);
  }

  /** Holds requests to that path back until the latch opens; tells when the first one is there. */
  CountDownLatch hold(String path, CountDownLatch gate) {
    CountDownLatch reached = new CountDownLatch(1);
    actions.put(
        path,
        request -> {
          reached.countDown();
          gate.await();
          return inner.send(request);
        });
    return reached;
  }

  @Override
  public TransportResponse send(TransportRequest request) throws IOException, InterruptedException {
    for (Map.Entry<String, Action> action : actions.entrySet()) {
      if (request.uri().getPath().endsWith(action.getKey())) {
        return action.getValue().on(request);
      }
    }
    return inner.send(request);
  }

  @Override
  public void close() {
    inner.close();
  }
}
