package io.tinker4j.text.renderer;

import io.tinker4j.text.chat.ContentPart;
import io.tinker4j.types.ModelInputChunk;
import java.util.ArrayList;
import java.util.List;

/** Text and images in order; text that touches is one piece, so that it is encoded as one. */
final class MixedContent {
  private final List<Object> pieces = new ArrayList<>();

  MixedContent add(Markup text) {
    if (!pieces.isEmpty() && pieces.get(pieces.size() - 1) instanceof Markup last) {
      last.add(text);
    } else {
      pieces.add(new Markup().add(text));
    }
    return this;
  }

  MixedContent add(ContentPart.Image image) {
    pieces.add(image);
    return this;
  }

  List<ModelInputChunk> encode(ChatRenderer renderer, Position position) {
    List<ModelInputChunk> chunks = new ArrayList<>(pieces.size() + 1);
    for (Object piece : pieces) {
      chunks.add(
          piece instanceof Markup text
              ? renderer.output(text, position)
              : renderer.image((ContentPart.Image) piece));
    }
    return chunks;
  }
}
