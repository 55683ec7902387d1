package io.tinker4j.testkit.run;

import io.tinker4j.testkit.http.HttpCall;

/** A request whose result comes later, as it was received. Immutable; the body is handed over. */
public final class StoredRequest {
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

  public static StoredRequest of(String endpoint, HttpCall call) {
    return new StoredRequest(
        endpoint, call.owner(), call.hasProtobufBody(), call.losesOptimizer(), call.body());
  }

  /** The path below {@code /api/v1}. */
  public String endpoint() {
    return endpoint;
  }

  public String owner() {
    return owner;
  }

  /** Whether the body is binary. */
  public boolean isProtobuf() {
    return protobuf;
  }

  /** Whether, by a fault, the optimizer's state is not restored though it ought to be. */
  public boolean losesOptimizer() {
    return losesOptimizer;
  }

  /** The body; shared, not to be written to. */
  public byte[] body() {
    return body;
  }
}
