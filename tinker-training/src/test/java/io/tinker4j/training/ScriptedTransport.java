package io.tinker4j.training;

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

/** Answers requests with what was scripted, in order. */
final class ScriptedTransport implements Transport {
  final List<TransportRequest> requests = new CopyOnWriteArrayList<>();
  private final Queue<Object> script = new ArrayDeque<>();
  private Runnable beforeEach = () -> {};

  ScriptedTransport answer(int status, String json) {
    return answer(
        status,
        Headers.builder()
            .set("content-type", "application/json")
            .set("content-length", Integer.toString(json.length()))
            .build(),
        json);
  }

  ScriptedTransport answer(int status, Headers headers, String body) {
    script.add(
        TransportResponse.of(
            status, headers, new ByteArrayInputStream(body.getBytes(StandardCharsets.UTF_8))));
    return this;
  }

  ScriptedTransport lose() {
    script.add(new IOException("connection reset"));
    return this;
  }

  ScriptedTransport beforeEach(Runnable action) {
    beforeEach = action;
    return this;
  }

  @Override
  public synchronized TransportResponse send(TransportRequest request) throws IOException {
    requests.add(request);
    beforeEach.run();
    Object next = script.remove();
    if (next instanceof IOException lost) {
      throw lost;
    }
    return (TransportResponse) next;
  }

  @Override
  public void close() {}
}
