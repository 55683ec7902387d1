package io.tinker4j.cli.output;

import java.util.ArrayList;
import java.util.List;

/** Text measured in columns of a terminal. */
final class CellText {
  private CellText() {}

  /** Returns how many columns a text takes: ideographs take two, combining marks none. */
  static int width(String text) {
    return text.codePoints().map(CellText::width).sum();
  }

  private static int width(int each) {
    int type = Character.getType(each);
    if (type == Character.NON_SPACING_MARK || type == Character.ENCLOSING_MARK) {
      return 0;
    }
    boolean isWide =
        Character.isIdeographic(each)
            || (each >= 0x1100 && each <= 0x115f)
            || (each >= 0x3000 && each <= 0x30ff)
            || (each >= 0xac00 && each <= 0xd7a3)
            || (each >= 0xff01 && each <= 0xff60)
            || (each >= 0x1f300 && each <= 0x1faff);
    return isWide ? 2 : 1;
  }

  /** Breaks a text into lines of at most that width, at spaces where there are some. */
  static List<String> wrap(String text, int width) {
    if (width(text) <= width) {
      return List.of(text);
    }
    List<String> lines = new ArrayList<>();
    StringBuilder line = new StringBuilder();
    for (String word : text.split("(?<= )", -1)) {
      if (width(line.toString()) + width(word.stripTrailing()) > width && !line.isEmpty()) {
        lines.add(line.toString().stripTrailing());
        line.setLength(0);
      }
      append(lines, line, word, width);
    }
    if (!line.isEmpty()) {
      lines.add(line.toString());
    }
    return lines;
  }

  /** A word that is longer than a line is cut. */
  private static void append(List<String> lines, StringBuilder line, String word, int width) {
    int[] codePoints = word.codePoints().toArray();
    for (int each : codePoints) {
      boolean isFull = width(line.toString()) + width(each) > width;
      if (isFull && each == ' ') {
        continue;
      }
      if (isFull && !line.isEmpty()) {
        lines.add(line.toString());
        line.setLength(0);
      }
      line.appendCodePoint(each);
    }
  }

  /** Fills a line up with spaces. */
  static String padded(String line, int width) {
    return line + " ".repeat(Math.max(0, width - width(line)));
  }

  /** Puts a line in the middle. */
  static String centred(String line, int width) {
    int left = Math.max(0, width - width(line)) / 2;
    return padded(" ".repeat(left) + line, width);
  }
}
