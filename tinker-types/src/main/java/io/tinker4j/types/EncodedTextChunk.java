package io.tinker4j.types;

import java.nio.IntBuffer;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.databind.SerializationContext;
import tools.jackson.databind.annotation.JsonSerialize;
import tools.jackson.databind.ser.std.StdSerializer;

/** Token ids. Immutable. */
@JsonSerialize(using = EncodedTextChunk.Writer.class)
public final class EncodedTextChunk implements ModelInputChunk {
  private final int[] tokens;

  private EncodedTextChunk(int[] tokens) {
    this.tokens = tokens;
  }

  /** Returns a chunk of these tokens; the array is copied. */
  public static EncodedTextChunk of(int... tokens) {
    return new EncodedTextChunk(Objects.requireNonNull(tokens, "tokens").clone());
  }

  /** Returns a chunk that keeps the array. */
  static EncodedTextChunk owning(int[] tokens) {
    return new EncodedTextChunk(tokens);
  }

  /** Returns {@code encoded_text}, the tag on the wire. */
  @Override
  public String type() {
    return "encoded_text";
  }

  /** Returns the number of tokens. */
  public int length() {
    return tokens.length;
  }

  /** Returns a read-only view of the tokens. */
  public IntBuffer tokens() {
    return IntBuffer.wrap(tokens).asReadOnlyBuffer();
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof EncodedTextChunk that && Arrays.equals(tokens, that.tokens);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(tokens);
  }

  @Override
  public String toString() {
    return "EncodedTextChunk{" + tokens.length + " tokens}";
  }

  static final class Writer extends StdSerializer<EncodedTextChunk> {
    Writer() {
      super(EncodedTextChunk.class);
    }

    @Override
    public void serialize(EncodedTextChunk chunk, JsonGenerator out, SerializationContext context) {
      out.writeStartObject();
      JsonArrays.writeInts(out, "tokens", chunk.tokens);
      out.writeStringProperty("type", chunk.type());
      out.writeEndObject();
    }
  }
}
