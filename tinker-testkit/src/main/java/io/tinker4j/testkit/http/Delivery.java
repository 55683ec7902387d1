package io.tinker4j.testkit.http;

import io.tinker4j.transport.Headers;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * An answer and how it goes out.
 *
 * @param headers besides those of the answer
 */
public record Delivery(Answer answer, Map<String, String> headers, Manner manner) {
  /** How much of the answer arrives. */
  public enum Manner {
    WHOLE,
    /** All of it, and then the connection is closed, which the answer does not say. */
    LAST,
    /** Half of the body, then the connection breaks. */
    CUT,
    /** Nothing: the connection breaks. */
    DROPPED
  }

  static Delivery whole(Answer answer) {
    return new Delivery(answer, Map.of(), Manner.WHOLE);
  }

  static Delivery dropped() {
    return new Delivery(Answer.json(500, new byte[0]), Map.of(), Manner.DROPPED);
  }

  Delivery withBody(UnaryOperator<byte[]> change) {
    return new Delivery(answer.withBody(change.apply(answer.body())), headers, manner);
  }

  /** The headers of the answer, those of its content among them. */
  public Headers allHeaders() {
    Headers.Builder all =
        Headers.builder()
            .set("Content-Type", answer.contentType())
            .set("Content-Length", Integer.toString(answer.body().length));
    answer.headers().forEach(all::set);
    headers.forEach(all::set);
    return all.build();
  }
}
