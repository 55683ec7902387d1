package io.tinker4j.examples;

import io.tinker4j.transport.Transport;
import io.tinker4j.transport.TransportRequest;
import io.tinker4j.transport.TransportResponse;
import java.io.IOException;

/** A transport around a transport: adds a header to what passes. */
// doc: begin
public final class TenantTransport implements Transport {
  private final Transport inner;

  public TenantTransport(Transport inner) {
    this.inner = inner;
  }

  @Override
  public TransportResponse send(TransportRequest request) throws IOException, InterruptedException {
    return inner.send(request.withHeader("X-Tenant", "blue"));
  }

  @Override
  public void close() {
    inner.close();
  }
}
// doc: end
