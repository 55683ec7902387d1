package io.tinker4j.text.renderer;

import io.tinker4j.text.chat.Message;
import io.tinker4j.types.EncodedTextChunk;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where a message stands in its conversation.
 *
 * @param index from 0
 * @param last whether no message follows, or what follows is to be sampled
 * @param lastUser the index of the last message of the user, -1 when there is none
 * @param inLastTurn whether the message belongs to the turn that the model is asked for
 * @param pass what is encoded already
 */
record Position(
    int index,
    boolean last,
    @Nullable Message previous,
    @Nullable Message next,
    int lastUser,
    boolean inLastTurn,
    Pass pass) {

  /** The same position, as that of the last message. */
  Position asLast() {
    return new Position(index, true, previous, next, lastUser, inLastTurn, pass);
  }

  boolean follows(String role) {
    return previous != null && previous.role().equals(role);
  }

  boolean precedes(String role) {
    return next != null && next.role().equals(role);
  }

  /** What one call has encoded: an example renders most of its messages twice. */
  static final class Pass {
    private final Map<Markup, EncodedTextChunk> encoded = new HashMap<>();

    @Nullable EncodedTextChunk get(Markup markup) {
      return encoded.get(markup);
    }

    void put(Markup markup, EncodedTextChunk chunk) {
      encoded.put(markup, chunk);
    }
  }
}
