package io.tinker4j.text.renderer;

import io.tinker4j.types.EncodedTextChunk;
import io.tinker4j.types.ModelInputChunk;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One message as tokens.
 *
 * @param header what introduces it; null when nothing does
 * @param output what its author writes, up to and with the end of the turn
 * @param overlap what completes the stop sequence and is the next message's header as well
 */
record Rendered(
    @Nullable EncodedTextChunk header,
    List<? extends ModelInputChunk> output,
    @Nullable EncodedTextChunk overlap) {
  static Rendered of(@Nullable EncodedTextChunk header, ModelInputChunk... output) {
    return new Rendered(header, List.of(output), null);
  }
}
