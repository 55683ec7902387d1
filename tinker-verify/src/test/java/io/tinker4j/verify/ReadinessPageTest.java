package io.tinker4j.verify;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * The table of the readiness checklist's rows and the tests that name them, by
 * {@code @Tag("readiness:F8")} or a comment {@code // readiness: F8, M7}. The tests are those of
 * the build, which fails when one of them does.
 */
// readiness: A7
class ReadinessPageTest {
  private static final Path PAGE = Path.of("../docs/readiness.md");
  private static final Pattern NAMED =
      Pattern.compile("(?:// readiness:|@Tag\\(\"readiness:)((?:[,\\s]|[A-U]\\d{1,2}\\b)+)");
  private static final Pattern ROW = Pattern.compile("[A-U]\\d{1,2}");

  @Test
  void page_namesTheTestsOfEachRow() throws IOException {
    if (Boolean.getBoolean("docs.write")) {
      Files.writeString(PAGE, text());
    }

    assertThat(Files.readString(PAGE)).isEqualTo(text());
  }

  @Test
  void rows_namedByTests_areRowsOfTheChecklist() throws IOException {
    assertThat(rows().keySet()).containsAll(tests().keySet());
  }

  private static String text() throws IOException {
    Map<String, Set<String>> tests = tests();
    StringBuilder table = new StringBuilder();
    long open = 0;
    for (Map.Entry<String, String> row : rows().entrySet()) {
      Set<String> named = tests.getOrDefault(row.getKey(), Set.of());
      open += named.isEmpty() ? 1 : 0;
      table.append(
          "| %s | %s | %s |\n"
              .formatted(
                  row.getKey(),
                  row.getValue(),
                  named.isEmpty() ? "**open**" : String.join(", ", named)));
    }
    return """
    # Readiness

    Which tests show which row of the production readiness checklist. Generated from the tests by
    `ReadinessPageTest`; rewrite it with `mvn verify -pl tinker-verify -am -Ddocs.write=true`. The tests run in the
    build, but for `StarvationTest`, which keeps all cores busy for a minute (docs/operations.md). Open rows: %d.

    | row | what | tests |
    |---|---|---|
    %s\
    """
        .formatted(open, table);
  }

  private static Map<String, String> rows() throws IOException {
    Map<String, String> rows = new LinkedHashMap<>();
    try (var stream =
        Objects.requireNonNull(ReadinessPageTest.class.getResourceAsStream("/readiness.txt"))) {
      new String(stream.readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .map(line -> line.split(" ", 2))
          .forEach(parts -> rows.put(parts[0], parts[1]));
    }
    return rows;
  }

  /** The tests by the rows that they name. */
  private static Map<String, Set<String>> tests() throws IOException {
    Map<String, Set<String>> tests = new LinkedHashMap<>();
    for (Path file : sources()) {
      Matcher named = NAMED.matcher(Files.readString(file));
      while (named.find()) {
        Matcher rows = ROW.matcher(named.group(1));
        while (rows.find()) {
          tests
              .computeIfAbsent(rows.group(), row -> new TreeSet<>())
              .add(file.getFileName().toString().replace(".java", ""));
        }
      }
    }
    return tests;
  }

  private static List<Path> sources() throws IOException {
    try (Stream<Path> files = Files.walk(Path.of(".."))) {
      return files
          .filter(file -> file.toString().contains("src/test/java"))
          .filter(file -> file.toString().endsWith("Test.java"))
          .toList();
    }
  }
}
