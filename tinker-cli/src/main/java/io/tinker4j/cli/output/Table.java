package io.tinker4j.cli.output;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A table with a title, drawn as wide as its text or as the screen. Immutable. */
public final class Table {
  private static final String HEAVY = "┏━┳┓┃┡╇┩";
  private static final String LIGHT = "│└─┴┘";
  private static final Map<Character, Character> PLAIN =
      Map.ofEntries(
          Map.entry('━', '-'), Map.entry('─', '-'), Map.entry('┃', '|'), Map.entry('│', '|'));
  private static final int LEAST = 8;

  private final String title;
  private final List<String> headers;
  private final List<List<String>> rows;

  /** A table of those rows, each with a cell for every header. */
  public Table(String title, List<String> headers, List<List<String>> rows) {
    this.title = title;
    this.headers = visible(headers);
    this.rows = rows.stream().map(Table::visible).toList();
  }

  /** A table of two columns, for one thing. */
  public static Table ofProperties(String title, Map<String, String> properties) {
    return new Table(
        title,
        List.of("Property", "Value"),
        properties.entrySet().stream()
            .map(each -> List.of(each.getKey(), each.getValue()))
            .toList());
  }

  /** What servers send may hold anything; spaces in front, which indent, stay. */
  private static List<String> visible(List<String> cells) {
    return cells.stream().map(VisibleText::of).toList();
  }

  /**
   * Draws it.
   *
   * @param columns the most columns it may take; 0 when there is no limit
   * @param drawsBoxes whether it may use characters beyond ASCII
   */
  public String draw(int columns, boolean drawsBoxes) {
    int[] widths = widths(columns);
    List<String> lines = new ArrayList<>();
    int total = total(widths);
    for (String line : CellText.wrap(title, total)) {
      lines.add(CellText.centred(line, total));
    }
    lines.add(rule(widths, HEAVY.charAt(0), HEAVY.charAt(1), HEAVY.charAt(2), HEAVY.charAt(3)));
    addRow(lines, headers, widths, HEAVY.charAt(4));
    lines.add(rule(widths, HEAVY.charAt(5), HEAVY.charAt(1), HEAVY.charAt(6), HEAVY.charAt(7)));
    rows.forEach(row -> addRow(lines, row, widths, LIGHT.charAt(0)));
    lines.add(rule(widths, LIGHT.charAt(1), LIGHT.charAt(2), LIGHT.charAt(3), LIGHT.charAt(4)));
    String drawn = String.join("\n", lines);
    return drawsBoxes ? drawn : plain(drawn);
  }

  private static String plain(String drawn) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < drawn.length(); i++) {
      char c = drawn.charAt(i);
      boolean isCorner = c >= '─' && c <= '╿' && !PLAIN.containsKey(c);
      text.append(isCorner ? '+' : PLAIN.getOrDefault(c, c));
    }
    return text.toString();
  }

  /** As wide as the text; the widest are made narrower until all fit. */
  private int[] widths(int columns) {
    int[] widths = new int[headers.size()];
    for (int i = 0; i < widths.length; i++) {
      int column = i;
      int widest = rows.stream().mapToInt(row -> CellText.width(row.get(column))).max().orElse(0);
      widths[i] = Math.max(CellText.width(headers.get(i)), widest);
    }
    while (columns > 0 && total(widths) > columns) {
      int widest = 0;
      for (int i = 1; i < widths.length; i++) {
        widest = widths[i] > widths[widest] ? i : widest;
      }
      if (widths[widest] <= LEAST) {
        break;
      }
      widths[widest]--;
    }
    return widths;
  }

  private static int total(int[] widths) {
    int total = 1;
    for (int width : widths) {
      total += width + 3;
    }
    return total;
  }

  private static String rule(int[] widths, char left, char line, char cross, char right) {
    StringBuilder rule = new StringBuilder().append(left);
    for (int i = 0; i < widths.length; i++) {
      rule.append(String.valueOf(line).repeat(widths[i] + 2));
      rule.append(i + 1 < widths.length ? cross : right);
    }
    return rule.toString();
  }

  private static void addRow(List<String> lines, List<String> row, int[] widths, char border) {
    List<List<String>> cells = new ArrayList<>();
    int height = 1;
    for (int i = 0; i < widths.length; i++) {
      cells.add(CellText.wrap(row.get(i), widths[i]));
      height = Math.max(height, cells.get(i).size());
    }
    for (int line = 0; line < height; line++) {
      StringBuilder text = new StringBuilder().append(border);
      for (int i = 0; i < widths.length; i++) {
        String part = line < cells.get(i).size() ? cells.get(i).get(line) : "";
        text.append(' ').append(CellText.padded(part, widths[i])).append(' ').append(border);
      }
      lines.add(text.toString());
    }
  }
}
