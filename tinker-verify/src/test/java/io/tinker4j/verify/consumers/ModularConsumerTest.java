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
import java.util.spi.ToolProvider;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An application of named modules: it trains, and so does a runtime image that is linked of it. */
class ModularConsumerTest {
  /** Of the build's own class path what such an application needs. */
  private static final Pattern MODULES =
      Pattern.compile(
          ".*[/\\\\](tinker-(types|transport|training|recovery|testkit)|jspecify"
              + "|jackson-(core|databind|annotations)|zstd-jni|memoryfilesystem|slf4j-api)"
              + "-[^/\\\\]*\\.jar");

  @TempDir static Path directory;

  @BeforeAll
  static void compile() throws IOException {
    assumeTrue(
        modulePath().contains("tinker-testkit"), "descriptors are in the jars only: mvn verify");
    Path sources = Files.createDirectories(directory.resolve("sources"));
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "-proc:none", "-Werror", "-Xlint:all,-exports,-requires-automatic,-path", "-p"));
    arguments.add(modulePath());
    arguments.addAll(List.of("-d", directory.resolve("application").toString()));
    for (String name : List.of("module-info.java", "Main.java")) {
      Path file = sources.resolve(name);
      Files.writeString(file, ConsumerBuild.resource("modular/" + name));
      arguments.add(file.toString());
    }
    tool("javac", arguments);
  }

  @Test
  void application_onTheModulePath_trainsAndSamples() throws Exception {
    Path java = Path.of(System.getProperty("java.home"), "bin", "java");
    String path = directory.resolve("application") + File.pathSeparator + modulePath();

    assertThat(run(java, "-p", path, "-m", "consumer.modular/consumer.modular.Main"))
        .contains("steps 6", "sound true", "tokens 5", "own endpoint ok");
  }

  @Test
  void application_linkedIntoAnImage_trainsAndSamples() throws Exception {
    assumeTrue(Boolean.getBoolean("consumers"), "takes long: mvn verify -Pconsumers");
    Path image = directory.resolve("image");
    tool(
        "jlink",
        List.of(
            "-p",
            directory.resolve("application") + File.pathSeparator + modulePath(),
            "--add-modules",
            "consumer.modular",
            "--output",
            image.toString()));

    assertThat(run(image.resolve("bin/java"), "-m", "consumer.modular/consumer.modular.Main"))
        .contains("steps 6", "sound true", "tokens 5", "own endpoint ok");
  }

  private static void tool(String name, List<String> arguments) {
    int code =
        ToolProvider.findFirst(name)
            .orElseThrow()
            .run(System.out, System.out, arguments.toArray(String[]::new));
    assertThat(code).as(name).isZero();
  }

  private static String modulePath() {
    return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator, -1))
        .filter(MODULES.asMatchPredicate())
        .collect(Collectors.joining(File.pathSeparator));
  }

  private static List<String> run(Path java, String... arguments) throws IOException {
    List<String> command =
        Stream.concat(
                Stream.of(
                    java.toString(), "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xmx256m"),
                Arrays.stream(arguments))
            .toList();
    Process process =
        new ProcessBuilder(command)
            .directory(Objects.requireNonNull(directory).toFile())
            .redirectErrorStream(true)
            .start();
    try (var out = process.inputReader()) {
      return out.lines().toList();
    }
  }
}
