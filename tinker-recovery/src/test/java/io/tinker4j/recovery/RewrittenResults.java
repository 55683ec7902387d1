package io.tinker4j.recovery;

import io.tinker4j.transport.Transport;
import io.tinker4j.transport.TransportRequest;
import io.tinker4j.transport.TransportResponse;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.function.UnaryOperator;

/** A server whose results of operations are other than they were. */
record RewrittenResults(Transport server, UnaryOperator<String> rewrite) implements Transport {
  @Override
  public TransportResponse send(TransportRequest request) throws IOException, InterruptedException {
    TransportResponse response = server.send(request);
    if (!request.uri().getPath().endsWith("retrieve_future") || response.status() != 200) {
      return response;
    }
    try (response) {
      String body = new String(response.body().readAllBytes(), StandardCharsets.UTF_8);
      return TransportResponse.of(
          200,
          response.headers(),
          new ByteArrayInputStream(rewrite.apply(body).getBytes(StandardCharsets.UTF_8)));
    }
  }

  @Override
  public void close() {
    server.close();
  }
}
