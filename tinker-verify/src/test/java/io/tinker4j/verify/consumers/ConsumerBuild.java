package io.tinker4j.verify.consumers;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * Builds consumers with Maven, against the jars and POMs of this build. They are in a local
 * repository of their own; what the user's has need not be downloaded again.
 */
final class ConsumerBuild {
  private static final List<String> JARS =
      List.of("tinker-types", "tinker-transport", "tinker-training", "tinker-testkit");

  private final Path directory;
  private final String version = property("consumers.version");
  private final String template;

  ConsumerBuild(Path directory) throws IOException {
    this.directory = directory;
    this.template = resource("pom.xml");
    install("tinker-parent", Path.of("../pom.xml"), Optional.empty());
    install("tinker-bom", Path.of("../tinker-bom/pom.xml"), Optional.empty());
    for (String module : JARS) {
      Path target = Path.of("..", module, "target");
      Path reduced = target.resolve("reduced-pom.xml");
      install(
          module,
          Files.exists(reduced) ? reduced : Path.of("..", module, "pom.xml"),
          Optional.of(target.resolve(module + "-" + version + ".jar")));
    }
    Files.writeString(
        directory.resolve("settings.xml"),
        """
        <settings><profiles><profile><id>user</id><activation><activeByDefault>true</activeByDefault></activation>
        <repositories>%1$s</repositories><pluginRepositories>%2$s</pluginRepositories>
        </profile></profiles></settings>
        """
            .formatted(source("repository"), source("pluginRepository")));
  }

  private static String source(String element) {
    return "<%1$s><id>user</id><url>%2$s</url><releases><checksumPolicy>ignore</checksumPolicy></releases></%1$s>"
        .formatted(element, Path.of(property("consumers.repository")).toUri());
  }

  private void install(String artifact, Path pom, Optional<Path> jar) throws IOException {
    Path place = directory.resolve("repository/io/tinker4j").resolve(artifact).resolve(version);
    Files.createDirectories(place);
    String name = artifact + "-" + version;
    Files.copy(pom, place.resolve(name + ".pom"), StandardCopyOption.REPLACE_EXISTING);
    if (jar.isPresent()) {
      Files.copy(jar.get(), place.resolve(name + ".jar"), StandardCopyOption.REPLACE_EXISTING);
    }
  }

  /** Builds one and returns the lines of its {@code versions.txt}, or what Maven said. */
  Result run(Consumer consumer) throws IOException, InterruptedException {
    Path project = directory.resolve(consumer.name().replaceAll("[^A-Za-z0-9.]+", "-"));
    Path tests = Files.createDirectories(project.resolve("src/test/java/consumer"));
    Files.writeString(project.resolve("pom.xml"), consumer.pom(template, version));
    Files.writeString(tests.resolve("FirstStepTest.java"), resource("FirstStepTest.java"));
    Path versions = project.resolve("versions.txt");
    Files.deleteIfExists(versions);
    Path log = project.resolve("build.log");
    ProcessBuilder maven =
        new ProcessBuilder(
                Path.of(property("consumers.maven"), "bin", "mvn").toString(),
                "-B",
                "-ntp",
                "-s",
                directory.resolve("settings.xml").toAbsolutePath().toString(),
                "-Dmaven.repo.local=" + directory.resolve("repository").toAbsolutePath(),
                "test")
            .directory(project.toFile())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile());
    maven.environment().put("JAVA_HOME", System.getProperty("java.home"));
    maven.environment().remove("MAVEN_ARGS");
    int code = maven.start().waitFor();
    return code == 0
        ? new Result(true, Files.readAllLines(versions))
        : new Result(false, Files.readAllLines(log));
  }

  /** How a build went. */
  record Result(boolean passed, List<String> lines) {}

  static String resource(String name) throws IOException {
    try (var in =
        Objects.requireNonNull(ConsumerBuild.class.getResourceAsStream("/consumers/" + name))) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private static String property(String name) {
    return Objects.requireNonNull(System.getProperty(name), name);
  }
}
