package io.tinker4j.cli.output;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TableTest {
  private static final Table TABLE =
      new Table(
          "2 checkpoints (1 more not shown, use --limit to see more)",
          List.of("Size", "Path"),
          List.of(
              List.of("1.5 KB", "tinker://0123456789012345678901234567890123456789/weights/0001"),
              List.of("2 B", "of two words")));

  @ParameterizedTest
  @ValueSource(ints = {30, 40, 79, 80, 200})
  void draw_onAScreen_isNoWider(int columns) {
    String drawn = TABLE.draw(columns, true);

    assertThat(drawn.lines()).allMatch(line -> CellText.width(line) <= columns);
    assertThat(drawn.replaceAll("[^!-~]", ""))
        .contains("SizePath", "2Boftwowords")
        .containsPattern("1\\.5KB.*tinker");
    assertThat(drawn.lines().skip(1).map(CellText::width).distinct()).hasSize(1);
  }

  @Test
  void draw_noScreen_hasEachRowOnOneLine() {
    assertThat(TABLE.draw(0, true).lines())
        .hasSize(7)
        .anyMatch(line -> line.contains("tinker://0123456789012345678901234567890123456789/w"));
  }

  @Test
  void draw_charsetWithoutBoxes_isAscii() {
    assertThat(Table.ofProperties("A", Map.of("b", "c")).draw(0, false))
        .isEqualTo(
            """
                     A         \s
            +----------+-------+
            | Property | Value |
            +----------+-------+
            | b        | c     |
            +----------+-------+\
            """);
  }

  @Test
  void draw_wideCharacters_takeTwoColumns() {
    Table table =
        new Table("", List.of("名前", "x"), List.of(List.of("ab", "y"), List.of("漢字a", "z")));

    assertThat(table.draw(0, true).lines().skip(1).map(CellText::width).distinct()).hasSize(1);
  }

  @Test
  void draw_controlCharacters_areShown() {
    Table table = new Table("t", List.of("x"), List.of(List.of("a\u001b[31mb\nc")));

    assertThat(table.draw(0, true)).contains("a\\u{1b}[31mb\\nc").doesNotContain("\u001b");
  }

  @Test
  void json_isLaidOutAsPythonDoes() {
    Map<String, Object> value = Map.of("a", List.of(1, 2.5, true, "é\"\\\n", List.of(), Map.of()));

    assertThat(JsonLayout.indented(value))
        .isEqualTo(
            """
            {
              "a": [
                1,
                2.5,
                true,
                "\\u00e9\\"\\\\\\n",
                [],
                {}
              ]
            }\
            """);
    assertThat(JsonLayout.line(value))
        .isEqualTo("{\"a\": [1, 2.5, true, \"\\u00e9\\\"\\\\\\n\", [], {}]}");
  }
}
