package io.tinker4j.transport.client;

import io.tinker4j.transport.Redaction;
import io.tinker4j.transport.TransportResponse;
import io.tinker4j.transport.operation.Codec;
import java.util.Optional;

/** What a call makes of an answer. */
interface ResponseHandler<O> {
  static <O> ResponseHandler<O> of(Codec<?, O> codec) {
    return new ResponseHandler<>() {
      @Override
      public boolean accepts(Codec.Answer answer) {
        return codec.accepts(answer);
      }

      @Override
      public O decode(Codec.Answer answer, Redaction redaction) {
        return codec.redacted(codec.decode(answer), redaction);
      }
    };
  }

  /** Hands out an answer before its body is read; whoever gets it closes it. */
  static ResponseHandler<TransportResponse> streamed() {
    return new ResponseHandler<>() {
      @Override
      public Optional<TransportResponse> open(TransportResponse response) {
        return Optional.of(response)
            .filter(each -> each.status() / 100 == 2 || Download.isRedirect(each));
      }

      @Override
      public boolean accepts(Codec.Answer answer) {
        return false;
      }

      @Override
      public TransportResponse decode(Codec.Answer answer, Redaction redaction) {
        throw new IllegalStateException("an answer that was read to its end is an error");
      }
    };
  }

  /** Returns the value when it is the open answer; empty when the body is to be read first. */
  default Optional<O> open(TransportResponse response) {
    return Optional.empty();
  }

  /** Returns whether the answer is a success. */
  boolean accepts(Codec.Answer answer);

  /** Decodes a success; what it says to people is without secrets. */
  O decode(Codec.Answer answer, Redaction redaction);
}
