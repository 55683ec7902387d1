package io.tinker4j.verify.consumers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The short form of the matrix: one class path with the oldest of everything at once, and one that
 * cannot work. The jars of others are those that the POM has copied to {@code target/consumers}.
 */
class OldestConsumerTest {
  private static final Path OLDEST = Path.of("target/consumers/oldest");
  private static final Path NEWER_JACKSON = Path.of("target/consumers/newer-jackson");

  /** Of the build's own class path what a consumer has too. */
  private static final Pattern OURS =
      Pattern.compile(
          ".*[/\\\\](tinker-(types|transport|training|testkit)|jspecify|jackson-(core|databind)"
              + "|zstd-jni|memoryfilesystem|slf4j-api|opentest4j)-[^/\\\\]*\\.jar");

  @TempDir static Path classes;

  @BeforeAll
  static void compile() throws IOException {
    assumeTrue(
        ours().stream().anyMatch(jar -> jar.contains("tinker-testkit")),
        "the test server has its own Jetty and protobuf only in its jar: mvn verify");
    List<String> arguments =
        new ArrayList<>(List.of("-proc:none", "-d", classes.toString(), "-cp", classPath(OLDEST)));
    for (String source : List.of("FirstStepTest", "ConstructorTest", "RunTest")) {
      Path file = classes.resolve(source + ".java");
      Files.writeString(file, ConsumerBuild.resource(source + ".java"));
      arguments.add(file.toString());
    }
    int code =
        Objects.requireNonNull(ToolProvider.getSystemJavaCompiler())
            .run(null, null, null, arguments.toArray(String[]::new));
    assertThat(code).isZero();
  }

  @Test
  void oldestOfEverything_trainsSamplesAndTakesAServer() throws Exception {
    String output = run("consumer.FirstStepTest", classPath(OLDEST));

    assertThat(output).contains("3 successful, 0 failed");
    assertThat(Files.readAllLines(classes.resolve("versions.txt")))
        .contains(
            "jackson-annotations-2.19.2.jar",
            "protobuf-java-3.25.8.jar",
            "jetty-server-12.0.29.jar",
            "junit-jupiter-api-5.11.4.jar");
  }

  @Test
  void constructorParameter_beforeJUnit512_isRefusedByName() throws Exception {
    String output = run("consumer.ConstructorTest", classPath(OLDEST));

    assertThat(output).contains("a server for a constructor needs JUnit 5.12");
  }

  @Test
  void annotationsOlderThanDatabind_areNamedByTheFirstCall() throws Exception {
    String output = run("consumer.FirstStepTest", classPath(NEWER_JACKSON, OLDEST));

    assertThat(output)
        .contains("jackson-databind 3.2.4 does not work with the jackson-annotations")
        .contains("jackson-annotations-2.19.2.jar")
        .contains("add com.fasterxml.jackson.core:jackson-annotations");
  }

  private static List<String> ours() {
    return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator, -1))
        .filter(OURS.asMatchPredicate())
        .toList();
  }

  /** The jars of the directories, the earlier ones first, and then our own. */
  private static String classPath(Path... others) throws IOException {
    List<String> jars = new ArrayList<>(List.of(classes.toString()));
    for (Path directory : others) {
      try (var files = Files.list(directory)) {
        files.sorted().forEach(jar -> jars.add(jar.toAbsolutePath().toString()));
      }
    }
    jars.addAll(ours());
    return jars.stream().collect(Collectors.joining(File.pathSeparator));
  }

  private static String run(String test, String classPath) throws Exception {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Xmx256m",
                "-cp",
                classPath,
                "consumer.RunTest",
                test)
            .directory(classes.toFile())
            .redirectErrorStream(true)
            .start();
    try (var out = process.inputReader()) {
      return out.lines().collect(Collectors.joining("\n"));
    }
  }
}
