package io.tinker4j.cli;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.OptionalInt;

/** Strict UTF-8. */
final class Utf8 {
  private static final int BUFFER = 8192;
  private static final byte[] BYTE_ORDER_MARK = {(byte) 0xef, (byte) 0xbb, (byte) 0xbf};

  private Utf8() {}

  /** Returns the offset of the first byte that does not belong there, if there is one. */
  static OptionalInt firstError(byte[] bytes) {
    CharsetDecoder decoder =
        StandardCharsets.UTF_8
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPORT)
            .onUnmappableCharacter(CodingErrorAction.REPORT);
    ByteBuffer in = ByteBuffer.wrap(bytes);
    CharBuffer ignored = CharBuffer.allocate(BUFFER);
    CoderResult result;
    do {
      result = decoder.decode(in, ignored.clear(), true);
    } while (result.isOverflow());
    return result.isError() ? OptionalInt.of(in.position()) : OptionalInt.empty();
  }

  /** Returns where the text starts: behind a byte order mark. */
  static int start(byte[] bytes) {
    for (int i = 0; i < BYTE_ORDER_MARK.length; i++) {
      if (i >= bytes.length || bytes[i] != BYTE_ORDER_MARK[i]) {
        return 0;
      }
    }
    return BYTE_ORDER_MARK.length;
  }
}
