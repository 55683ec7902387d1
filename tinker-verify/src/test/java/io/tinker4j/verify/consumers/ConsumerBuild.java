package io.tinker4j.verify.consumers;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Builds consumers with Maven, against the jars and POMs of this build. They are in a local
 * repository of their own; what the user's has need not be downloaded again.
 */
final class ConsumerBuild {
  /** The modules of the BOM. */
  static final List<String> PUBLISHED =
      List.of(
          "tinker-types",
          "tinker-transport",
          "tinker-training",
          "tinker-recovery",
          "tinker-text",
          "tinker-recipes",
          "tinker-testkit",
          "tinker-health",
          "tinker-mlflow",
          "tinker-conformance",
          "tinker-cli");

  private static final Pattern DEPENDENCY =
      Pattern.compile(" +([^:]+:[^:]+):jar:[^:]+:(?:compile|runtime).*");

  private final Path directory;
  private final String version = property("consumers.version");
  private final String template;

  ConsumerBuild(Path directory) throws IOException {
    this.directory = directory;
    this.template = resource("pom.xml");
    install("tinker-bom", Optional.empty());
    for (String module : PUBLISHED) {
      install(module, Optional.of(target(module).resolve(module + "-" + version + ".jar")));
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

  static Path target(String module) {
    Path integration = Path.of("../integrations", module);
    return (Files.exists(integration) ? integration : Path.of("..", module)).resolve("target");
  }

  private void install(String artifact, Optional<Path> jar) throws IOException {
    Path place = directory.resolve("repository/io/tinker4j").resolve(artifact).resolve(version);
    Files.createDirectories(place);
    String name = artifact + "-" + version;
    Path pom = target(artifact).resolve("published-pom.xml");
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
    return maven(project, log, List.of("test")) == 0
        ? new Result(true, Files.readAllLines(versions))
        : new Result(false, Files.readAllLines(log));
  }

  /** Builds and runs one. */
  Built run(Application application) throws IOException, InterruptedException {
    Path project = directory.resolve(application.name());
    Path source = application.source();
    Path sources = Files.createDirectories(project.resolve("sources"));
    Files.writeString(
        project.resolve("pom.xml"), application.pom(version, property("consumers.kotlin")));
    Files.writeString(
        sources.resolve(source.getFileName()),
        resource("applications/" + source.toString().replace('\\', '/')));
    Path log = project.resolve("build.log");
    List<String> goals = new ArrayList<>(application.goals());
    goals.addAll(
        List.of("dependency:list", "exec:java", "-Dexec.mainClass=" + application.mainClass()));
    int code = maven(project, log, goals);
    List<String> output = Files.readAllLines(log);
    if (code != 0) {
      throw new AssertionError(String.join("\n", output));
    }
    try (var lines = Files.lines(project.resolve("dependencies.txt"))) {
      return new Built(
          output,
          lines
              .map(DEPENDENCY::matcher)
              .filter(Matcher::matches)
              .map(dependency -> dependency.group(1))
              .sorted()
              .toList());
    }
  }

  private int maven(Path project, Path log, List<String> goals)
      throws IOException, InterruptedException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(property("consumers.maven"), "bin", "mvn").toString(),
                "-B",
                "-ntp",
                "-s",
                directory.resolve("settings.xml").toAbsolutePath().toString(),
                "-Dmaven.repo.local=" + directory.resolve("repository").toAbsolutePath()));
    command.addAll(goals);
    ProcessBuilder maven =
        new ProcessBuilder(command)
            .directory(project.toFile())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile());
    maven.environment().put("JAVA_HOME", System.getProperty("java.home"));
    maven.environment().remove("MAVEN_ARGS");
    return maven.start().waitFor();
  }

  /**
   * An application that was built and run.
   *
   * @param dependencies what is on its class path, as {@code group:artifact}
   */
  record Built(List<String> output, List<String> dependencies) {}

  /** How a build went. */
  record Result(boolean passed, List<String> lines) {}

  static String resource(String name) throws IOException {
    try (var in =
        Objects.requireNonNull(ConsumerBuild.class.getResourceAsStream("/consumers/" + name))) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  static String property(String name) {
    return Objects.requireNonNull(System.getProperty(name), name);
  }
}
