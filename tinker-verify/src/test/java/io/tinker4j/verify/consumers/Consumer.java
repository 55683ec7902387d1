package io.tinker4j.verify.consumers;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A project that uses the SDK beside something else. Coordinates are {@code
 * group:artifact:version}, of dependencies without the version where a BOM manages it.
 *
 * @param boms imported before the SDK's own, as a framework's user does
 */
record Consumer(
    String name, @Nullable String parent, List<String> boms, List<String> dependencies) {
  private static final String JUNIT = "org.junit:junit-bom:";

  /** Every project of the matrix: the lines of docs/compatibility.md. */
  static List<Consumer> all() {
    return List.of(
        with("nothing else", JUNIT + "6.1.3"),
        boot("3.5.4"),
        boot("3.5.7"),
        boot("3.5.16"),
        boot("4.0.0"),
        boot("4.0.9"),
        boot("4.1.2"),
        underBoot("3.5.7"),
        underBoot("4.0.0"),
        with(
            "Quarkus 3.20.5, with jackson-annotations 2.20",
            "io.quarkus.platform:quarkus-bom:3.20.5",
            "com.fasterxml.jackson.core:jackson-annotations:2.20",
            "io.quarkus:quarkus-jackson"),
        quarkus("3.27.1"),
        quarkus("3.33.2"),
        quarkus("3.37.4"),
        protobuf("3.25.8"),
        protobuf("4.31.1"),
        protobuf("4.33.1"),
        protobuf("4.36.2"),
        with("JUnit 5.11.4", JUNIT + "5.11.4"),
        with("JUnit 5.12.2", JUNIT + "5.12.2"),
        with("JUnit 5.13.4", JUNIT + "5.13.4"),
        with("JUnit 5.14.4", JUNIT + "5.14.4"),
        with("JUnit 6.0.3", JUNIT + "6.0.3"),
        jackson("3.1.8"),
        jackson("3.2.4"),
        jackson("3.3.0"));
  }

  private static Consumer with(String name, String bom, String... dependencies) {
    return new Consumer(name, null, List.of(bom), List.of(dependencies));
  }

  private static Consumer boot(String version) {
    return with(
        "Spring Boot %s, its BOM imported".formatted(version),
        "org.springframework.boot:spring-boot-dependencies:" + version,
        "org.springframework.boot:spring-boot-starter-json",
        "org.eclipse.jetty:jetty-server");
  }

  private static Consumer underBoot(String version) {
    return new Consumer(
        "Spring Boot %s, its parent".formatted(version),
        "org.springframework.boot:spring-boot-starter-parent:" + version,
        List.of(),
        List.of(
            "org.springframework.boot:spring-boot-starter-json", "org.eclipse.jetty:jetty-server"));
  }

  private static Consumer quarkus(String version) {
    return with(
        "Quarkus " + version,
        "io.quarkus.platform:quarkus-bom:" + version,
        "io.quarkus:quarkus-jackson");
  }

  private static Consumer protobuf(String version) {
    return with(
        "protobuf-java " + version,
        JUNIT + "6.1.3",
        "com.google.protobuf:protobuf-java:" + version);
  }

  private static Consumer jackson(String version) {
    return new Consumer(
        "Jackson " + version,
        null,
        List.of("tools.jackson:jackson-bom:" + version, JUNIT + "6.1.3"),
        List.of("tools.jackson.core:jackson-databind"));
  }

  /** Returns its POM. */
  String pom(String template, String tinkerVersion) {
    StringBuilder imported = new StringBuilder();
    boms.forEach(bom -> imported.append(dependency(bom, "<type>pom</type><scope>import</scope>")));
    imported.append(
        dependency(
            "io.tinker4j:tinker-bom:" + tinkerVersion, "<type>pom</type><scope>import</scope>"));
    StringBuilder used = new StringBuilder();
    dependencies.forEach(each -> used.append(dependency(each, "")));
    return template
        .replace(
            "@parent@",
            parent == null ? "" : "\n  <parent>" + coordinates(parent) + "<relativePath/></parent>")
        .replace("@boms@", imported)
        .replace("@dependencies@", used);
  }

  private static String dependency(String coordinates, String rest) {
    return "\n    <dependency>" + coordinates(coordinates) + rest + "</dependency>";
  }

  private static String coordinates(String coordinates) {
    String[] parts = coordinates.split(":", -1);
    String artifact =
        "<groupId>%s</groupId><artifactId>%s</artifactId>".formatted(parts[0], parts[1]);
    return parts.length < 3 ? artifact : artifact + "<version>" + parts[2] + "</version>";
  }
}
