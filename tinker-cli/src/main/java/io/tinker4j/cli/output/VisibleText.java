package io.tinker4j.cli.output;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * Text of unknown origin made safe for a terminal: one line, no control characters, nothing that
 * reorders what is around it.
 */
public final class VisibleText {
  private static final int BYTES = 256;

  private VisibleText() {}

  /** Renders tokens that are bytes of UTF-8; a token that is no byte appears as {@code <id>}. */
  public static String ofTokens(int... tokens) {
    StringBuilder text = new StringBuilder();
    byte[] run = new byte[tokens.length];
    int length = 0;
    for (int token : tokens) {
      if (token >= 0 && token < BYTES) {
        run[length++] = (byte) token;
      } else {
        appendBytes(text, ByteBuffer.wrap(run, 0, length));
        length = 0;
        text.append('<').append(token).append('>');
      }
    }
    appendBytes(text, ByteBuffer.wrap(run, 0, length));
    return text.toString();
  }

  /** Renders text. */
  public static String of(String raw) {
    StringBuilder text = new StringBuilder();
    raw.codePoints().forEach(each -> append(text, each));
    return text.toString();
  }

  /** Renders text of several lines: line breaks and tabs stay, and so do joiners of emoji. */
  public static String ofLines(String raw) {
    StringBuilder text = new StringBuilder();
    raw.codePoints()
        .forEach(each -> {
          if (each == '\n' || each == '\t' || isJoiner(each) || isHarmless(each)) {
            text.appendCodePoint(each);
          } else {
            text.append(escape(each));
          }
        });
    return text.toString();
  }

  /** Replaces each of some characters by its escape. */
  public static String escape(String text, String characters) {
    StringBuilder escaped = new StringBuilder();
    text.codePoints()
        .forEach(each -> {
          if (characters.indexOf(each) >= 0) {
            escaped.append(escape(each));
          } else {
            escaped.appendCodePoint(each);
          }
        });
    return escaped.toString();
  }

  private static String escape(int each) {
    return String.format(Locale.ROOT, "\\u{%x}", each);
  }

  private static boolean isJoiner(int each) {
    return each == 0x200c || each == 0x200d;
  }

  private static void appendBytes(StringBuilder text, ByteBuffer bytes) {
    CharsetDecoder decoder =
        StandardCharsets.UTF_8
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPORT)
            .onUnmappableCharacter(CodingErrorAction.REPORT);
    CharBuffer chars = CharBuffer.allocate(bytes.remaining());
    CoderResult result;
    do {
      result = decoder.decode(bytes, chars, true);
      text.append(of(chars.flip().toString()));
      chars.clear();
      for (int i = 0; result.isError() && i < result.length(); i++) {
        text.append(String.format(Locale.ROOT, "\\x%02x", bytes.get()));
      }
    } while (result.isError());
  }

  private static void append(StringBuilder text, int each) {
    switch (each) {
      case '\n' -> text.append("\\n");
      case '\r' -> text.append("\\r");
      case '\t' -> text.append("\\t");
      case '\\' -> text.append("\\\\");
      default -> {
        if (isHarmless(each)) {
          text.appendCodePoint(each);
        } else {
          text.append(escape(each));
        }
      }
    }
  }

  private static boolean isHarmless(int each) {
    return switch (Character.getType(each)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.SURROGATE,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR,
          Character.UNASSIGNED,
          Character.PRIVATE_USE ->
          false;
      default -> true;
    };
  }
}
