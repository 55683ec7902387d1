package io.tinker4j.types;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Audio as a serialized tensor of discretized mel frames. Immutable. */
@JsonPropertyOrder({"dmel", "type"})
public final class DmelChunk implements ModelInputChunk {
  private static final int CONSTANT = 0xFE;
  private static final int LAST_DTYPE = 7;
  private static final int LONGEST_VARINT = 10;

  @JsonProperty("dmel")
  private final byte[] dmel;

  DmelChunk(byte[] dmel) {
    this.dmel = Objects.requireNonNull(dmel, "dmel");
  }

  /** Returns a chunk of this tensor container; the array is copied, its header is not checked. */
  public static DmelChunk of(byte[] dmel) {
    return new DmelChunk(dmel.clone());
  }

  /** Returns {@code dmel}, the tag on the wire. */
  @Override
  @JsonProperty("type")
  public String type() {
    return "dmel";
  }

  /** Returns a read-only view of the container. */
  public ByteBuffer dmel() {
    return ByteBuffer.wrap(dmel).asReadOnlyBuffer();
  }

  /**
   * Returns the length in tokens: the first dimension in the container's header, which is an
   * optional byte 0xFE for a constant tensor, the type (0 to 7), and rank and dimensions as LEB128.
   *
   * @throws IllegalStateException when the header is none or the tensor has no dimension
   */
  public int length() {
    ByteBuffer header = dmel();
    int first = next(header);
    int dtype = first == CONSTANT ? next(header) : first;
    if (dtype > LAST_DTYPE) {
      throw malformed("its type is " + dtype + ", known are 0 to " + LAST_DTYPE);
    }
    long rank = varint(header);
    if (rank == 0) {
      throw malformed("it has no dimension");
    }
    long length = varint(header);
    for (long i = 1; i < rank; i++) {
      varint(header);
    }
    if (length < 0 || length > Integer.MAX_VALUE) {
      throw malformed("its first dimension is " + Long.toUnsignedString(length));
    }
    return (int) length;
  }

  private static long varint(ByteBuffer header) {
    long value = 0;
    for (int i = 0; i < LONGEST_VARINT; i++) {
      int unit = next(header);
      value |= (long) (unit & 0x7f) << (7 * i);
      if (unit < 0x80) {
        return value;
      }
    }
    throw malformed("a number in its header has more than " + LONGEST_VARINT + " bytes");
  }

  private static int next(ByteBuffer header) {
    if (!header.hasRemaining()) {
      throw malformed("its header ends after " + header.position() + " bytes");
    }
    return header.get() & 0xff;
  }

  private static IllegalStateException malformed(String problem) {
    return new IllegalStateException("dmel is not a tensor container: " + problem);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof DmelChunk that && Arrays.equals(dmel, that.dmel);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(dmel);
  }

  @Override
  public String toString() {
    return "DmelChunk{" + dmel.length + " bytes}";
  }
}
