package io.tinker4j.transport.endpoint;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Reads the fields of one protobuf message. Bytes are views of the body, not copies. A field whose
 * tag the caller does not know is skipped, as is one whose wire type is not the expected one.
 *
 * <p>Ours rather than the library's, whose generated code and runtime must be of fitting versions
 * on everybody's class path.
 */
final class ProtoReader {
  static final int VARINT = 0;
  static final int FIXED64 = 1;
  static final int LENGTH_DELIMITED = 2;
  private static final int START_GROUP = 3;
  private static final int END_GROUP = 4;
  private static final int FIXED32 = 5;

  private static final int LONGEST_VARINT = 10;

  /** As deep as the reference implementations go. */
  private static final int DEEPEST_GROUP = 100;

  private final ByteBuffer in;
  private int tag;

  ProtoReader(ByteBuffer message) {
    this.in = message.slice().order(ByteOrder.LITTLE_ENDIAN);
  }

  boolean hasMore() {
    return in.hasRemaining();
  }

  /** Goes to the next field and returns its tag; 0 at the end of the message. */
  int next() throws IOException {
    if (!in.hasRemaining()) {
      return 0;
    }
    tag = varint32();
    if (tag >>> 3 == 0) {
      throw new IOException("a field has the number 0");
    }
    return tag;
  }

  /** Passes over the field that {@link #next} has come to. */
  void skip() throws IOException {
    if ((tag & 7) == START_GROUP) {
      skipGroup();
    } else {
      skipValue();
    }
  }

  private void skipValue() throws IOException {
    switch (tag & 7) {
      case VARINT -> varint();
      case FIXED64 -> take(Long.BYTES);
      case LENGTH_DELIMITED -> bytes();
      case FIXED32 -> take(Integer.BYTES);
      case END_GROUP -> throw new IOException("a group ends that did not begin");
      default -> throw new IOException("there is no wire type " + (tag & 7));
    }
  }

  private void skipGroup() throws IOException {
    Deque<Integer> open = new ArrayDeque<>();
    open.push(tag >>> 3);
    while (!open.isEmpty()) {
      if (next() == 0) {
        throw new IOException("the message ends within a group");
      }
      if ((tag & 7) == START_GROUP) {
        open.push(tag >>> 3);
        if (open.size() >= DEEPEST_GROUP) {
          throw new IOException("groups are nested too deeply");
        }
      } else if ((tag & 7) == END_GROUP && tag >>> 3 == open.element()) {
        open.pop();
      } else {
        skipValue();
      }
    }
  }

  long varint() throws IOException {
    long value = 0;
    for (int i = 0; i < LONGEST_VARINT; i++) {
      if (!in.hasRemaining()) {
        throw truncated();
      }
      byte next = in.get();
      value |= (long) (next & 0x7f) << (7 * i);
      if (next >= 0) {
        return value;
      }
    }
    throw new IOException("a number takes more than " + LONGEST_VARINT + " bytes");
  }

  int varint32() throws IOException {
    return (int) varint();
  }

  double fixed64() throws IOException {
    return take(Double.BYTES).getDouble();
  }

  ByteBuffer bytes() throws IOException {
    return take(varint32());
  }

  ProtoReader message() throws IOException {
    return new ProtoReader(bytes());
  }

  String text() throws IOException {
    return StandardCharsets.UTF_8.newDecoder().decode(bytes()).toString();
  }

  /** Returns a view of the next bytes, which count as read. */
  private ByteBuffer take(int length) throws IOException {
    if (length < 0) {
      throw new IOException("a field has a negative length");
    }
    if (length > in.remaining()) {
      throw truncated();
    }
    ByteBuffer taken = in.slice(in.position(), length).order(ByteOrder.LITTLE_ENDIAN);
    in.position(in.position() + length);
    return taken;
  }

  private static IOException truncated() {
    return new IOException("the message ends within a field");
  }
}
