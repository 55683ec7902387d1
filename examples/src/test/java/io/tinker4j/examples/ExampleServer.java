package io.tinker4j.examples;

import io.tinker4j.testkit.EmbeddedTinkerServer;
import io.tinker4j.training.ServiceClient;
import io.tinker4j.transport.client.ApiClient;
import java.time.Duration;
import java.util.function.UnaryOperator;

/** The server that an example runs on, without sockets. */
final class ExampleServer implements AutoCloseable {
  static final String MODEL = "tinker4j/nano-bytes";

  final EmbeddedTinkerServer server;

  private ExampleServer(EmbeddedTinkerServer server) {
    this.server = server;
  }

  /** With the model that is quickest, and short questions for results. */
  static ExampleServer start() {
    return start(settings -> settings.baseModels(MODEL).holdTime(Duration.ofMillis(50)));
  }

  static ExampleServer start(UnaryOperator<EmbeddedTinkerServer.Builder> settings) {
    return new ExampleServer(settings.apply(EmbeddedTinkerServer.builder()).start());
  }

  ServiceClient.Builder connecting() {
    return ServiceClient.builder()
        .baseUrl(server.baseUrl().toString())
        .apiKey("tml-example")
        .transport(server.transport());
  }

  ServiceClient connect() {
    return connecting().build();
  }

  ApiClient api() {
    return ApiClient.builder()
        .baseUrl(server.baseUrl().toString())
        .apiKey("tml-example")
        .transport(server.transport())
        .build();
  }

  long requests(String operation) {
    return server.requests().stream().filter(each -> each.operation().equals(operation)).count();
  }

  @Override
  public void close() {
    server.close();
  }
}
