package io.tinker4j.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The index names every example, says what its Javadoc says, and leads to files that exist. */
// readiness: T1
class ExamplesIndexTest {
  private static final Path INDEX = Path.of("README.md");
  private static final Path SOURCES = Path.of("src/main/java/io/tinker4j/examples");
  private static final Path TESTS = Path.of("src/test/java/io/tinker4j/examples");
  private static final Pattern LINE =
      Pattern.compile("\\| \\[(\\w+)]\\(([^)]+)\\) \\| (.+) \\| (.+) \\|");
  private static final Pattern JAVADOC =
      Pattern.compile("/\\*\\*((?:(?!\\*/).)*)\\*/\\s*public final class ", Pattern.DOTALL);

  private static Map<String, String> examples() throws IOException {
    Map<String, String> examples = new TreeMap<>();
    try (Stream<Path> files = Files.list(SOURCES)) {
      for (Path file : files.toList()) {
        String source = Files.readString(file);
        if (source.contains("public static void main(")) {
          examples.put(file.getFileName().toString().replace(".java", ""), source);
        }
      }
    }
    return examples;
  }

  private static Map<String, String> described() throws IOException {
    Map<String, String> described = new TreeMap<>();
    for (String line : Files.readAllLines(INDEX)) {
      Matcher matcher = LINE.matcher(line);
      if (matcher.matches()) {
        described.put(matcher.group(1), matcher.group(3));
      }
    }
    return described;
  }

  @Test
  void index_namesEveryExampleAndSaysWhatItSays() throws IOException {
    Map<String, String> described = described();
    Map<String, String> examples = examples();

    assertThat(described.keySet()).isEqualTo(examples.keySet());
    for (Map.Entry<String, String> each : examples.entrySet()) {
      Matcher javadoc = JAVADOC.matcher(each.getValue());
      assertThat(javadoc.find()).as(each.getKey()).isTrue();
      String text = javadoc.group(1).replaceAll("\\s*\\n\\s*\\*\\s?", " ").strip();
      assertThat(text).startsWith(described.get(each.getKey()));
    }
  }

  @Test
  void index_hasEveryCounterpart() throws IOException {
    Set<String> rows = new HashSet<>();
    for (String line : Files.readAllLines(INDEX)) {
      String[] cells = line.split(" \\| ", -1);
      String cell = line.startsWith("| [") ? cells[cells.length - 1] : cells[0];
      Matcher number = Pattern.compile("\\b\\d+\\b").matcher(line.startsWith("|") ? cell : "");
      while (number.find()) {
        rows.add(number.group());
      }
    }

    assertThat(rows).containsAll(IntStream.rangeClosed(1, 32).mapToObj(String::valueOf).toList());
  }

  @Test
  void links_leadToFiles() throws IOException {
    Matcher links = Pattern.compile("]\\(([^)#]+)\\)").matcher(Files.readString(INDEX));
    while (links.find()) {
      assertThat(Path.of(links.group(1))).exists();
    }
  }

  @Test
  void examples_areShortAndRunByATest() throws IOException {
    StringBuilder tests = new StringBuilder();
    try (Stream<Path> files = Files.list(TESTS)) {
      for (Path file : files.toList()) {
        tests.append(Files.readString(file));
      }
    }

    examples()
        .forEach((name, source) -> {
          assertThat(source.lines()).as(name).hasSizeBetween(20, 80);
          assertThat(List.of(name + ".run(", name + ".call("))
              .as(name)
              .anySatisfy(call -> assertThat(tests).contains(call));
        });
  }
}
