package io.tinker4j.transport.client;

import io.tinker4j.transport.Headers;
import io.tinker4j.transport.Transport;
import io.tinker4j.transport.TransportRequest;
import io.tinker4j.transport.TransportResponse;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CopyOnWriteArrayList;

/** Answers requests with what was scripted, in order; the last answer is repeated. */
final class FakeTransport implements Transport {
  interface Step {
    TransportResponse send(TransportRequest request) throws IOException, InterruptedException;
  }

  final List<TransportRequest> requests = new CopyOnWriteArrayList<>();
  private final Queue<Step> steps = new ArrayDeque<>();

  FakeTransport then(Step step) {
    steps.add(step);
    return this;
  }

  FakeTransport answer(int status, String body, String... headers) {
    return then(request -> response(status, body, headers));
  }

  static TransportResponse response(int status, String body, String... headers) {
    Headers.Builder all = Headers.builder().set("content-length", Integer.toString(body.length()));
    for (int i = 0; i < headers.length; i += 2) {
      all.set(headers[i], headers[i + 1]);
    }
    return TransportResponse.of(
        status, all.build(), new ByteArrayInputStream(body.getBytes(StandardCharsets.UTF_8)));
  }

  @Override
  public TransportResponse send(TransportRequest request) throws IOException, InterruptedException {
    requests.add(request);
    Step step = steps.size() > 1 ? steps.remove() : steps.element();
    return step.send(request);
  }

  @Override
  public void close() {}
}
