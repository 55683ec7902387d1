package io.tinker4j.verify;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The guides show code that is compiled and run, and lead to pages that exist: each block of Java
 * stands behind a comment that names an example or a test, in which its lines are found.
 */
// readiness: T1
class GuidesTest {
  private static final Path ROOT = Path.of("..");
  private static final Path LISTINGS = ROOT.resolve("docs/api");
  private static final Pattern BLOCK =
      Pattern.compile("(?:<!-- code: (\\S+) -->\\n)?```java\\n(.*?)```", Pattern.DOTALL);
  private static final Pattern LINK = Pattern.compile("(?<!!)\\[[^]\\[]*]\\(([^)\\s]+)\\)");
  private static final Pattern HEADING = Pattern.compile("(?m)^#+ (.*)$");
  private static final Pattern ANCHOR = Pattern.compile("<a id=\"([^\"]+)\">");
  private static final Pattern NAME = Pattern.compile("`([A-Z]\\w*(?:\\.\\w+)*)`");
  private static final Set<String> OF_THE_JDK =
      Set.of("CompletableFuture", "Optional", "System.Logger");

  /** What a reader may find: the guides, the first page, the index of the examples. */
  private static List<Path> pages() throws IOException {
    List<Path> pages = new ArrayList<>();
    try (Stream<Path> files = Files.list(ROOT)) {
      files.filter(GuidesTest::isPage).forEach(pages::add);
    }
    try (Stream<Path> files = Files.walk(ROOT.resolve("docs"))) {
      files.filter(GuidesTest::isPage).forEach(pages::add);
    }
    pages.add(ROOT.resolve("examples/README.md"));
    return pages;
  }

  private static boolean isPage(Path file) {
    return file.toString().endsWith(".md");
  }

  @ParameterizedTest
  @MethodSource("pages")
  void java_isFoundInTheFileThatItNames(Path page) throws IOException {
    Matcher blocks = BLOCK.matcher(Files.readString(page));
    while (blocks.find()) {
      String snippet = unindented(blocks.group(2));
      String file = blocks.group(1);
      assertThat(file).as("the file of\n" + snippet).isNotNull();
      assertThat(file).matches("examples/src/main/.*|[a-z/-]+/src/test/.*");
      assertThat(unindented(Files.readString(ROOT.resolve(file)))).contains(snippet);
    }
  }

  private static String unindented(String text) {
    return text.lines().map(String::strip).reduce("", (all, line) -> all + line + "\n");
  }

  @ParameterizedTest
  @MethodSource("pages")
  void links_leadSomewhere(Path page) throws IOException {
    Matcher links = LINK.matcher(withoutCode(Files.readString(page)));
    while (links.find()) {
      String link = links.group(1);
      if (link.contains("://")) {
        continue;
      }
      String[] parts = link.split("#", 2);
      Path target = parts[0].isEmpty() ? page : page.resolveSibling(parts[0]);
      assertThat(target).as(link).exists();
      if (parts.length == 2) {
        assertThat(anchors(Files.readString(target))).as(link).contains(parts[1]);
      }
    }
  }

  private static String withoutCode(String text) {
    return text.replaceAll("(?s)```.*?```", "");
  }

  private static Set<String> anchors(String page) {
    Set<String> anchors = new HashSet<>();
    Matcher headings = HEADING.matcher(withoutCode(page));
    while (headings.find()) {
      String text = headings.group(1).toLowerCase(Locale.ROOT);
      anchors.add(text.replaceAll("[^\\p{L}\\p{N} _-]", "").replace(' ', '-'));
    }
    Matcher named = ANCHOR.matcher(page);
    while (named.find()) {
      anchors.add(named.group(1));
    }
    return anchors;
  }

  @Test
  void firstPage_namesEveryGuide() throws IOException {
    String first = Files.readString(ROOT.resolve("README.md"));
    try (Stream<Path> files = Files.list(ROOT.resolve("docs"))) {
      assertThat(files.filter(GuidesTest::isPage).map(file -> "(docs/" + file.getFileName() + ")"))
          .filteredOn(link -> !link.equals("(docs/readiness.md)"))
          .allSatisfy(link -> assertThat(first).contains(link));
    }
  }

  /** The right column of the tables of {@code docs/from-python.md}, against the API listings. */
  @Test
  void fromPython_namesExist() throws IOException {
    Map<String, Set<String>> api = api();
    Set<String> unknown = new TreeSet<>();
    int names = 0;
    for (String line : Files.readAllLines(ROOT.resolve("docs/from-python.md"))) {
      if (line.startsWith("| ")) {
        Matcher name = NAME.matcher(line.substring(line.lastIndexOf(" | ")));
        while (name.find()) {
          names++;
          if (!OF_THE_JDK.contains(name.group(1)) && !exists(name.group(1), api)) {
            unknown.add(name.group(1));
          }
        }
      }
    }

    assertThat(unknown).isEmpty();
    assertThat(names).isGreaterThan(100);
  }

  private static boolean exists(String name, Map<String, Set<String>> api) {
    int dot = name.lastIndexOf('.');
    return api.containsKey(name)
        || (dot > 0
            && api.getOrDefault(name.substring(0, dot), Set.of())
                .contains(name.substring(dot + 1)));
  }

  /** The members of each exported type, by its name within its package. */
  private static Map<String, Set<String>> api() throws IOException {
    Map<String, Set<String>> api = new LinkedHashMap<>();
    try (Stream<Path> files = Files.list(LISTINGS)) {
      for (Path file : files.toList()) {
        Set<String> members = new HashSet<>();
        for (String line : Files.readAllLines(file)) {
          if (!line.startsWith(" ")) {
            String type = line.substring(line.indexOf(' ') + 1);
            members =
                api.computeIfAbsent(
                    type.replaceFirst("^[a-z0-9.]+\\.", ""), key -> new HashSet<>());
          } else {
            members.add(line.strip().replaceFirst("^static ", "").split("[(:]", 2)[0]);
          }
        }
      }
    }
    return api;
  }
}
