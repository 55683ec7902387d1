package io.tinker4j.examples;

import io.tinker4j.testkit.EmbeddedTinkerServer;
import io.tinker4j.transport.CallKind;
import io.tinker4j.transport.client.ApiClient;
import io.tinker4j.transport.operation.JsonCodec;
import io.tinker4j.transport.operation.NoContent;
import io.tinker4j.transport.operation.Operation;
import java.util.Map;

/** Calls an endpoint that the SDK need not know, with its retries, credentials and errors. */
public final class OwnEndpoint {
  private OwnEndpoint() {}

  /** What the endpoint answers. */
  public record Status(String status) {}

  private static final Operation<NoContent, Status> STATUS =
      Operation.get(
          "status",
          "/api/v1/healthz",
          CallKind.REST,
          JsonCodec.of(NoContent.class, Status.class),
          input -> Map.of());

  /** Runs on an embedded server, without a network. */
  public static void main(String[] args) {
    try (EmbeddedTinkerServer server = EmbeddedTinkerServer.start();
        ApiClient api =
            ApiClient.builder()
                .baseUrl(server.baseUrl().toString())
                .apiKey("tml-example")
                .build()) {
      System.out.println(call(api).status());
    }
  }

  static Status call(ApiClient api) {
    return api.call(STATUS);
  }
}
