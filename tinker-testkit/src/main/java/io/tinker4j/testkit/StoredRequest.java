package io.tinker4j.testkit;

/** A request whose result comes later, as it was received. Immutable; the body is handed over. */
final class StoredRequest {
  private final String endpoint;
  private final String owner;
  private final boolean protobuf;
  private final boolean losesOptimizer;
  private final byte[] body;

  StoredRequest(
      String endpoint, String owner, boolean protobuf, boolean losesOptimizer, byte[] body) {
    this.endpoint = endpoint;
    this.owner = owner;
    this.protobuf = protobuf;
    this.losesOptimizer = losesOptimizer;
    this.body = body;
  }

  static StoredRequest of(String endpoint, HttpCall call) {
    return new StoredRequest(
        endpoint, call.owner(), call.hasProtobufBody(), call.losesOptimizer(), call.body());
  }

  /** The path below {@code /api/v1}. */
  String endpoint() {
    return endpoint;
  }

  String owner() {
    return owner;
  }

  /** Whether the body is binary. */
  boolean isProtobuf() {
    return protobuf;
  }

  /** Whether, by a fault, the optimizer's state is not restored though it ought to be. */
  boolean losesOptimizer() {
    return losesOptimizer;
  }

  /** The body; shared, not to be written to. */
  byte[] body() {
    return body;
  }
}
