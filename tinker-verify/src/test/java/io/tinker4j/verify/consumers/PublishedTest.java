package io.tinker4j.verify.consumers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.JarFile;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.w3c.dom.Element;
import org.w3c.dom.Node;

/** The POMs and jars as others get them. */
class PublishedTest {
  private static final String PROJECT = "https://github.com/tinker4j/tinker4j";

  private static String version;

  @BeforeAll
  static void builtByMaven() {
    String property = System.getProperty("consumers.version");
    assumeTrue(property != null, "Maven makes these POMs");
    version = property;
  }

  static List<String> modules() {
    List<String> modules = new ArrayList<>(ConsumerBuild.PUBLISHED);
    modules.add("tinker-bom");
    return modules;
  }

  @ParameterizedTest
  @MethodSource("modules")
  void pom_saysWhatARepositoryAsksFor_andNeedsNoOther(String module) throws Exception {
    Element pom = pom(module);

    assertThat(text(pom, "version")).isEqualTo(version);
    assertThat(text(pom, "url")).isEqualTo(PROJECT);
    assertThat(text(pom, "scm", "url")).isEqualTo(PROJECT);
    assertThat(text(pom, "scm", "connection")).isEqualTo("scm:git:" + PROJECT + ".git");
    assertThat(text(pom, "issueManagement", "url")).isEqualTo(PROJECT + "/issues");
    assertThat(text(pom, "licenses", "license", "name")).isEqualTo("Apache-2.0");
    assertThat(text(pom, "developers", "developer", "name")).isNotEmpty();
    assertThat(text(pom, "description")).isNotEmpty();
    assertThat(children(pom, "parent")).isEmpty();
    assertThat(children(pom, "build")).isEmpty();
    // A BOM's own version is known to whoever imports it.
    assertThat(pom.getTextContent().replace("${project.version}", version)).doesNotContain("${");
  }

  @Test
  void bom_managesTheModulesAndNothingElse() throws Exception {
    Element managed =
        children(children(pom("tinker-bom"), "dependencyManagement").get(0), "dependencies").get(0);

    assertThat(children(managed, "dependency"))
        .extracting(dependency ->
            text(dependency, "groupId")
                + ":"
                + text(dependency, "artifactId")
                + ":"
                + text(dependency, "version").replace("${project.version}", version))
        .containsExactlyInAnyOrderElementsOf(
            ConsumerBuild.PUBLISHED.stream()
                .map(module -> "io.tinker4j:%s:%s".formatted(module, version))
                .toList());
  }

  @ParameterizedTest
  @MethodSource("modules")
  void jar_hasLicenceAndNotice(String module) throws Exception {
    Path jar = ConsumerBuild.target(module).resolve(module + "-" + version + ".jar");
    assumeTrue(Files.exists(jar), "no jar: of a BOM, or without mvn verify");
    try (JarFile content = new JarFile(jar.toFile())) {
      assertThat(read(content, "META-INF/LICENSE"))
          .isEqualTo(Files.readString(Path.of("../LICENSE")));
      assertThat(read(content, "META-INF/NOTICE"))
          .isEqualTo(Files.readString(Path.of("../NOTICE")));
    }
  }

  @Test
  void readme_namesThisVersion() throws Exception {
    assertThat(Files.readString(Path.of("../docs/getting-started.md")))
        .contains("<version>" + version + "</version>");
  }

  private static String read(JarFile jar, String name) throws IOException {
    try (var in = jar.getInputStream(jar.getEntry(name))) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private static Element pom(String module) throws Exception {
    Path pom = ConsumerBuild.target(module).resolve("published-pom.xml");
    return DocumentBuilderFactory.newInstance()
        .newDocumentBuilder()
        .parse(pom.toFile())
        .getDocumentElement();
  }

  private static List<Element> children(Element parent, String name) {
    List<Element> found = new ArrayList<>();
    for (Node node = parent.getFirstChild(); node != null; node = node.getNextSibling()) {
      if (node instanceof Element element && element.getTagName().equals(name)) {
        found.add(element);
      }
    }
    return found;
  }

  private static String text(Element parent, String... path) {
    Element element = parent;
    for (String name : path) {
      List<Element> found = children(element, name);
      assertThat(found).as(String.join("/", path)).isNotEmpty();
      element = found.get(0);
    }
    return element.getTextContent().strip();
  }
}
