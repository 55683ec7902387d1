package io.tinker4j.text.tokenizer;

import java.util.Arrays;

/** The characters that stand for bytes in vocabularies of byte-level encodings, as GPT-2 has it. */
final class ByteAlphabet {
  private static final char[] CHARACTERS = characters();
  private static final short[] BYTES = bytes();

  private ByteAlphabet() {}

  private static char[] characters() {
    char[] characters = new char[256];
    int next = 256;
    for (int i = 0; i < characters.length; i++) {
      boolean isPlain = (i >= '!' && i <= '~') || (i >= 0xA1 && i <= 0xAC) || i >= 0xAE;
      characters[i] = (char) (isPlain ? i : next++);
    }
    return characters;
  }

  private static short[] bytes() {
    short[] bytes = new short[512];
    Arrays.fill(bytes, (short) -1);
    for (int i = 0; i < CHARACTERS.length; i++) {
      bytes[CHARACTERS[i]] = (short) i;
    }
    return bytes;
  }

  /** Returns the character that stands for a byte. */
  static char character(int value) {
    return CHARACTERS[value & 0xFF];
  }

  /** Returns the byte that a character stands for, from 0 to 255, or -1. */
  static int value(char character) {
    return character < BYTES.length ? BYTES[character] : -1;
  }

  /** Returns the text that stands for bytes. */
  static String text(byte[] bytes) {
    char[] text = new char[bytes.length];
    for (int i = 0; i < text.length; i++) {
      text[i] = character(bytes[i]);
    }
    return new String(text);
  }
}
