package io.tinker4j.text.tokenizer;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** A step on the way from tokens to text; takes texts of tokens and hands them on. */
abstract class DecodeStage {
  /** Puts a step in front of another. */
  @FunctionalInterface
  interface Factory {
    DecodeStage before(DecodeStage next);
  }

  final DecodeStage next() {
    return next;
  }

  private final DecodeStage next;

  /** A last step hands on to itself, that is to nothing. */
  private DecodeStage() {
    next = this;
  }

  private DecodeStage(DecodeStage next) {
    this.next = next;
  }

  /** Takes the text of the next token. */
  abstract void add(String text);

  /** Takes notice that there are no more. */
  void end() {
    next.end();
  }

  /** Collects the text. */
  static final class Collected extends DecodeStage {
    private final StringBuilder collected = new StringBuilder();

    @Override
    void add(String text) {
      collected.append(text);
    }

    @Override
    void end() {}

    /** Returns what has come since the last time. */
    String take() {
      String taken = collected.toString();
      collected.setLength(0);
      return taken;
    }
  }

  /** Puts a space between tokens, as is done when a tokenizer names no decoder. */
  static final class Spaced extends DecodeStage {
    private boolean isFirst = true;

    Spaced(DecodeStage next) {
      super(next);
    }

    @Override
    void add(String text) {
      next().add(isFirst ? text : " " + text);
      isFirst = false;
    }
  }

  /** Turns characters that stand for bytes into text. */
  static final class ByteLevel extends DecodeStage {
    private byte[] bytes = new byte[32];
    private int count;

    ByteLevel(DecodeStage next) {
      super(next);
    }

    @Override
    void add(String text) {
      int before = count;
      reserve(text.length());
      for (int i = 0; i < text.length(); i++) {
        int value = ByteAlphabet.value(text.charAt(i));
        if (value < 0) {
          count = before;
          addPlain(text.getBytes(StandardCharsets.UTF_8));
          break;
        }
        bytes[count++] = (byte) value;
      }
      drain(false);
    }

    private void addPlain(byte[] more) {
      reserve(more.length);
      System.arraycopy(more, 0, bytes, count, more.length);
      count += more.length;
    }

    private void reserve(int more) {
      if (count + more > bytes.length) {
        bytes = Arrays.copyOf(bytes, Math.max(count + more, bytes.length * 2));
      }
    }

    private void drain(boolean isLast) {
      StringBuilder text = new StringBuilder(count);
      int taken = Utf8.decode(bytes, count, isLast, text);
      count -= taken;
      System.arraycopy(bytes, taken, bytes, 0, count);
      if (!text.isEmpty()) {
        next().add(text.toString());
      }
    }

    @Override
    void end() {
      drain(true);
      super.end();
    }
  }

  /**
   * Joins tokens such as {@code <0xE2>} to text. Bytes in a row that are no text become a
   * replacement character each, so none of them is certain before the row ends.
   */
  static final class ByteFallback extends DecodeStage {
    private byte[] bytes = new byte[8];
    private int count;

    ByteFallback(DecodeStage next) {
      super(next);
    }

    @Override
    void add(String text) {
      int value = value(text);
      if (value < 0) {
        flush();
        next().add(text);
        return;
      }
      if (count == bytes.length) {
        bytes = Arrays.copyOf(bytes, count * 2);
      }
      bytes[count++] = (byte) value;
    }

    private static int value(String text) {
      boolean isByte = text.length() == 6 && text.startsWith("<0x") && text.endsWith(">");
      if (!isByte) {
        return -1;
      }
      int high = hexDigit(text.charAt(3));
      int low = hexDigit(text.charAt(4));
      return high < 0 || low < 0 ? -1 : high * 16 + low;
    }

    private static int hexDigit(char digit) {
      return digit < 0x80 ? Character.digit(digit, 16) : -1;
    }

    private void flush() {
      if (count > 0) {
        next()
            .add(
                Utf8.isWellFormed(bytes, count)
                    ? new String(bytes, 0, count, StandardCharsets.UTF_8)
                    : "\uFFFD".repeat(count));
        count = 0;
      }
    }

    @Override
    void end() {
      flush();
      super.end();
    }
  }

  /** Replaces a text in each token. */
  static final class Replace extends DecodeStage {
    private final String old;
    private final String content;

    Replace(DecodeStage next, String old, String content) {
      super(next);
      this.old = old;
      this.content = content;
    }

    @Override
    void add(String text) {
      next().add(text.replace(old, content));
    }
  }

  /** Takes a character away at the beginning of each token, or of the whole text. */
  static final class StripStart extends DecodeStage {
    private final char content;
    private final int most;
    private final boolean wholeText;
    private int left;

    StripStart(DecodeStage next, char content, int most, boolean wholeText) {
      super(next);
      this.content = content;
      this.most = most;
      this.wholeText = wholeText;
      this.left = most;
    }

    @Override
    void add(String text) {
      if (!wholeText) {
        left = most;
      }
      int from = 0;
      while (from < text.length() && left > 0 && text.charAt(from) == content) {
        from++;
        left--;
      }
      if (from < text.length()) {
        left = 0;
      }
      next().add(text.substring(from));
    }
  }

  /** Turns the character that stands for a space into one; the first of all stands for nothing. */
  static final class Metaspace extends DecodeStage {
    private final String replacement;
    private boolean isFirst;

    Metaspace(DecodeStage next, char replacement, boolean dropsFirst) {
      super(next);
      this.replacement = String.valueOf(replacement);
      this.isFirst = dropsFirst;
    }

    @Override
    void add(String text) {
      next().add(text.replace(replacement, isFirst ? "" : " "));
      isFirst = false;
    }
  }
}
