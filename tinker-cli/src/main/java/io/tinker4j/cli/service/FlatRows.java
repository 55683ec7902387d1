package io.tinker4j.cli.service;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Objects as rows: what is nested in them is lifted up, and what is null or missing is blank. */
record FlatRows(List<String> columns, List<List<String>> cells) {
  private static final String END = "\r\n";

  /** The first row has the order of the columns; those that later rows add come behind. */
  static FlatRows of(List<Map<String, @Nullable Object>> objects) {
    List<Map<String, @Nullable Object>> flat = objects.stream().map(FlatRows::flattened).toList();
    Set<String> columns = new LinkedHashSet<>();
    flat.forEach(row -> columns.addAll(row.keySet()));
    List<List<String>> cells = new ArrayList<>();
    for (Map<String, @Nullable Object> row : flat) {
      cells.add(columns.stream().map(column -> cell(row.get(column))).toList());
    }
    return new FlatRows(List.copyOf(columns), cells);
  }

  private static Map<String, @Nullable Object> flattened(Map<String, @Nullable Object> object) {
    Map<String, @Nullable Object> flat = new LinkedHashMap<>();
    object.forEach((name, value) -> {
      if (value instanceof Map<?, ?> nested) {
        nested.forEach((key, inner) -> flat.put(String.valueOf(key), inner));
      } else {
        flat.put(name, value);
      }
    });
    return flat;
  }

  private static String cell(@Nullable Object value) {
    return value == null ? "" : value.toString();
  }

  /** Returns them as CSV with a header. */
  String csv() {
    StringBuilder text = new StringBuilder(line(columns));
    cells.forEach(row -> text.append(line(row)));
    return text.toString();
  }

  private static String line(List<String> cells) {
    return cells.stream().map(FlatRows::quoted).collect(Collectors.joining(",")) + END;
  }

  private static String quoted(String cell) {
    boolean isPlain = cell.chars().noneMatch(c -> c == ',' || c == '"' || c == '\r' || c == '\n');
    return isPlain ? cell : '"' + cell.replace("\"", "\"\"") + '"';
  }
}
