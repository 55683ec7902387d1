package io.tinker4j.transport;

import io.tinker4j.transport.operation.Codec;
import io.tinker4j.transport.operation.Operation;

/** Encodes and decodes without a call around it. */
public final class Codecs {
  private Codecs() {}

  /** Returns the body of a request. */
  public static <I> byte[] encode(Operation<I, ?> operation, I input) {
    return operation.codec().encode(input).bytes();
  }

  /** Returns the value of a binary answer. */
  public static <O> O decode(Operation<?, O> operation, byte[] body) {
    Headers headers = Headers.builder().set("content-type", "application/x-protobuf").build();
    return operation.codec().decode(Codec.Answer.of(200, headers, body));
  }
}
