package io.tinker4j.verify.golden;

import io.tinker4j.transport.Headers;
import io.tinker4j.transport.Transport;
import io.tinker4j.transport.TransportRequest;
import io.tinker4j.transport.TransportResponse;
import io.tinker4j.transport.client.ApiClient;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Keeps what is sent and always gives the same answer. */
final class CannedTransport implements Transport {
  final List<TransportRequest> requests = new ArrayList<>();
  private final int status;
  private final Headers headers;
  private final byte[] body;

  CannedTransport(int status, Headers headers, byte[] body) {
    this.status = status;
    this.headers = headers;
    this.body = body;
  }

  static CannedTransport emptyObject() {
    return new CannedTransport(
        200,
        Headers.builder().set("content-type", "application/json").build(),
        "{}".getBytes(StandardCharsets.UTF_8));
  }

  ApiClient client(String baseUrl) {
    return ApiClient.builder().apiKey("tml-test").baseUrl(baseUrl).transport(this).build();
  }

  @Override
  public TransportResponse send(TransportRequest request) {
    requests.add(request);
    return TransportResponse.of(status, headers, new ByteArrayInputStream(body));
  }

  @Override
  public void close() {}
}
