package consumer;

import io.tinker4j.transport.CallKind;
import io.tinker4j.transport.Headers;
import io.tinker4j.transport.Transport;
import io.tinker4j.transport.TransportRequest;
import io.tinker4j.transport.TransportResponse;
import io.tinker4j.transport.client.ApiClient;
import io.tinker4j.transport.operation.JsonCodec;
import io.tinker4j.transport.operation.NoContent;
import io.tinker4j.transport.operation.Operation;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** Calls an endpoint over a transport of its own. */
public final class Main {
  /** What the endpoint answers. */
  public record Status(String status) {}

  private Main() {}

  public static void main(String[] arguments) {
    Operation<NoContent, Status> status =
        Operation.get(
            "status",
            "/api/v1/healthz",
            CallKind.REST,
            JsonCodec.of(NoContent.class, Status.class),
            input -> Map.of());
    try (ApiClient api =
        ApiClient.builder()
            .baseUrl("https://tinker.example")
            .apiKey("tml-test")
            .transport(new Canned())
            .build()) {
      System.out.println("status " + api.call(status).status());
    }
  }

  private static final class Canned implements Transport {
    @Override
    public TransportResponse send(TransportRequest request) {
      System.out.println("request " + request.method() + " " + request.uri());
      byte[] body = "{\"status\":\"ok\"}".getBytes(StandardCharsets.UTF_8);
      return TransportResponse.of(200, Headers.empty(), new ByteArrayInputStream(body));
    }

    @Override
    public void close() {}
  }
}
