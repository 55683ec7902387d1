package io.tinker4j.transport;

import java.util.Map;

/** An empty JSON object as body; the answer is not looked at. */
final class EmptyBodyCodec<I> implements Codec<I, Map<String, Object>> {
  @Override
  public Body encode(I input) {
    return Body.of(JsonCodec.write(Map.of()), "application/json");
  }

  @Override
  public Map<String, Object> decode(Answer answer) {
    return Map.of();
  }
}
