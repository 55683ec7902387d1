package io.tinker4j.examples;

import io.tinker4j.training.ServiceClient;
import io.tinker4j.transport.Transport;
import io.tinker4j.transport.TransportRequest;
import io.tinker4j.transport.TransportResponse;
import io.tinker4j.transport.jdk.JdkTransport;
import java.io.IOException;

/** A transport around a transport: adds a header to what passes. */
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

  /** Uses the server and the key that TINKER_BASE_URL and TINKER_API_KEY name. */
  public static void main(String[] args) {
    System.out.println(run(ServiceClient.builder(), JdkTransport.create()));
  }

  static int run(ServiceClient.Builder builder, Transport inner) {
    try (Transport transport = new TenantTransport(inner);
        ServiceClient service = builder.transport(transport).build()) {
      return service.getServerCapabilities().supportedModels().size();
    }
  }
}
