package io.tinker4j.transport.operation;

import java.util.Map;

/** An empty JSON object as body, whatever the input, which the path may name. */
public final class EmptyBodyCodec<I, O> implements Codec<I, O> {
  private final Class<O> output;

  private EmptyBodyCodec(Class<O> output) {
    this.output = output;
  }

  /** Returns a codec for results of that type. */
  public static <I, O> EmptyBodyCodec<I, O> of(Class<O> output) {
    return new EmptyBodyCodec<>(output);
  }

  @Override
  public Body encode(I input) {
    return Body.of(JsonCodec.write(Map.of()), "application/json");
  }

  @Override
  public O decode(Answer answer) {
    return JsonCodec.decode(answer, output);
  }
}
