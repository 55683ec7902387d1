package io.tinker4j.text.tokenizer;

/** Bytes to text as Python and Rust do it, where Java does otherwise for encoded surrogates. */
final class Utf8 {
  private static final char REPLACEMENT = '\uFFFD';

  private Utf8() {}

  /**
   * Decodes bytes. The longest beginning of a character that is not continued, and each byte that
   * begins none, becomes a replacement character.
   *
   * @param isLast whether no more bytes come; if they may, half a character at the end is left
   * @return how many bytes were decoded
   */
  static int decode(byte[] bytes, int count, boolean isLast, StringBuilder text) {
    int at = 0;
    while (at < count) {
      if (bytes[at] >= 0) {
        text.append((char) bytes[at++]);
        continue;
      }
      int length = length(bytes, at);
      int good = good(bytes, at, count, length);
      if (length > 0 && good == length) {
        text.appendCodePoint(codePoint(bytes, at, length));
      } else if (length > 0 && at + good == count && !isLast) {
        return at;
      } else {
        text.append(REPLACEMENT);
      }
      at += Math.max(1, good);
    }
    return at;
  }

  static boolean isWellFormed(byte[] bytes, int count) {
    int at = 0;
    while (at < count) {
      int length = bytes[at] >= 0 ? 1 : length(bytes, at);
      if (length == 0 || good(bytes, at, count, length) < length) {
        return false;
      }
      at += length;
    }
    return true;
  }

  /** Returns how long the character is that a byte begins; 0 when it begins none. */
  private static int length(byte[] bytes, int at) {
    int lead = bytes[at] & 0xFF;
    if (lead >= 0xC2 && lead <= 0xDF) {
      return 2;
    }
    if (lead >= 0xE0 && lead <= 0xEF) {
      return 3;
    }
    return lead >= 0xF0 && lead <= 0xF4 ? 4 : 0;
  }

  /** Returns how many bytes from a lead byte on are as they must be. */
  private static int good(byte[] bytes, int at, int count, int length) {
    int good = Math.min(1, length);
    while (good > 0 && good < length && at + good < count) {
      int each = bytes[at + good] & 0xFF;
      int lead = good == 1 ? bytes[at] & 0xFF : 0;
      int least = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
      int most = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
      if (each < least || each > most) {
        break;
      }
      good++;
    }
    return good;
  }

  private static int codePoint(byte[] bytes, int at, int length) {
    int codePoint = bytes[at] & (0xFF >> (length + 1));
    for (int i = 1; i < length; i++) {
      codePoint = (codePoint << 6) | (bytes[at + i] & 0x3F);
    }
    return codePoint;
  }
}
