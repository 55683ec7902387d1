package io.tinker4j.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The data files are well-formed, complete and no larger than they need be. */
class CaseFilesTest {
  private static final Path DIRECTORY = Path.of("src/main/resources/io/tinker4j/conformance/cases");
  private static final Path PAGE = Path.of("../docs/protocol.md");

  private static final List<CaseFiles.Entry> CASES = CaseFiles.all().entries();

  private static Stream<String> areas() {
    return Spec.ofResource("cases/shared.json").list("areas").stream().map(String::valueOf);
  }

  private static Set<String> matches(String pattern, CharSequence text) {
    Matcher matcher = Pattern.compile(pattern).matcher(text);
    Set<String> found = new TreeSet<>();
    while (matcher.find()) {
      found.add(matcher.group(1));
    }
    return found;
  }

  private static String files() throws IOException {
    StringBuilder all = new StringBuilder();
    for (String area : areas().toList()) {
      all.append(Files.readString(DIRECTORY.resolve(area + ".json")));
    }
    return all.append(Files.readString(DIRECTORY.resolve("shared.json"))).toString();
  }

  @Test
  void cases_areAsManyAsTheyWere() {
    assertThat(CASES).hasSizeGreaterThanOrEqualTo(331);
  }

  @Test
  void ids_arePlainAndUnique() {
    assertThat(CASES)
        .extracting(entry -> entry.which().id())
        .doesNotHaveDuplicates()
        .allMatch(id -> id.matches("[a-z][a-z0-9_-]*"));
  }

  @Test
  void titles_areSentences() {
    assertThat(CASES)
        .extracting(entry -> entry.which().title())
        .allMatch(title -> title.matches("\\S.{9,119}[^.\\s]"));
  }

  @Test
  void sections_areThoseOfTheProtocolPage() throws IOException {
    Set<String> anchors =
        matches("(?m)^#{2,3} <a id=\"([0-9.]+)\"></a>\\1 ", Files.readString(PAGE));

    assertThat(CASES).extracting(entry -> entry.which().section()).isSubsetOf(anchors);
  }

  @Test
  void protocolPage_linksToItsOwnSections() throws IOException {
    String page = Files.readString(PAGE);

    assertThat(matches("<a id=\"([0-9.]+)\">", page))
        .containsAll(matches("\\(#([0-9.]+)\\)", page));
  }

  /** docs/conformance.md explains the format. */
  @Test
  void formatPage_namesAllRules() throws IOException {
    String page = Files.readString(Path.of("../docs/conformance.md"));

    assertThat(ValueMatcher.RULES).allMatch(rule -> page.contains("`" + rule + "`"));
  }

  @Test
  void directory_hasNoOtherFiles() throws IOException {
    try (Stream<Path> files = Files.list(DIRECTORY)) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .containsExactlyInAnyOrderElementsOf(
              Stream.concat(areas(), Stream.of("shared", "messages"))
                  .map(name -> name + ".json")
                  .toList());
    }
  }

  @ParameterizedTest
  @MethodSource("areas")
  void file_hasOneWayToBeWritten(String area) throws IOException {
    String text = Files.readString(DIRECTORY.resolve(area + ".json"));

    assertThat(text).endsWith("}\n").doesNotContain("\t", "\r", " \n");
    assertThat(text.lines()).allMatch(line -> line.length() <= 150);
  }

  @Test
  void shared_isUsed() throws IOException {
    Spec shared = Spec.ofResource("cases/shared.json");
    String files = files();

    assertThat(matches("\"template\": \"(\\w+)\"", files))
        .isEqualTo(shared.map("templates").keySet());
    assertThat(shared.map("sequences").keySet())
        .allMatch(
            name -> files.contains("[\"" + name + "\"") || files.contains("\"" + name + "\","));
    assertThat(shared.map("needs").keySet()).allMatch(name -> files.contains("${" + name + "}"));
  }

  @Test
  void placeholders_areMadeByAStepOrANeed() throws IOException {
    Spec shared = Spec.ofResource("cases/shared.json");
    for (String area : areas().toList()) {
      for (Object each : Spec.ofResource("cases/" + area + ".json").list("cases")) {
        String text = each + sequencesOf(String.valueOf(each), shared);
        Set<String> made = matches("(?<=[{ ])(\\w+)=(?=/|,|}|header:|size:|[{$])", text);

        assertThat(matches("\\$\\{(\\w+)[}+-]", text))
            .as(text)
            .allMatch(name ->
                made.contains(name)
                    || name.startsWith("next_")
                    || shared.map("needs").containsKey(name));
      }
    }
  }

  private static String sequencesOf(String text, Spec shared) {
    return shared.map("sequences").entrySet().stream()
        .filter(sequence -> text.contains(sequence.getKey()))
        .map(String::valueOf)
        .collect(Collectors.joining());
  }

  @ParameterizedTest
  @ValueSource(strings = {"expct", "Status", "jsn"})
  void misspelledProperty_isRefused(String name) {
    Spec step = Spec.of("here", Map.of("expect", Map.of(name, 200)));

    assertThatThrownBy(() -> Expectation.of(step, list -> List.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("here expect: nothing reads the properties [" + name + "]");
  }

  @Test
  void unknownRule_isRefused() {
    assertThatThrownBy(() -> ValueMatcher.of(Spec.of("here", Map.of("equal", 1))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("here: expected rules of ");
  }
}
