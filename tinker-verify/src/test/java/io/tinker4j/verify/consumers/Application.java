package io.tinker4j.verify.consumers;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * A project with a {@code main}, which uses some modules of the SDK and nothing else.
 *
 * @param source below {@code consumers/applications} of the test resources
 * @param goals what Maven does to compile it
 */
record Application(Path source, List<String> dependencies, String mainClass, List<String> goals) {
  static Application java(String name, String... modules) {
    return new Application(
        Path.of(name, "Main.java"),
        List.of(modules).stream().map(module -> "io.tinker4j:" + module).toList(),
        "consumer.Main",
        List.of("compile"));
  }

  static Application kotlin(String version) {
    return new Application(
        Path.of("kotlin", "Main.kt"),
        List.of(
            "io.tinker4j:tinker-training",
            "io.tinker4j:tinker-testkit",
            "org.jetbrains.kotlin:kotlin-stdlib:" + version),
        "consumer.MainKt",
        List.of("kotlin:compile"));
  }

  String name() {
    return source.getName(0).toString();
  }

  /** Returns its POM. */
  String pom(String tinkerVersion, String kotlinVersion) throws IOException {
    return new Consumer(name(), null, List.of(), dependencies)
        .pom(ConsumerBuild.resource("applications/pom.xml"), tinkerVersion)
        .replace("@kotlin@", kotlinVersion);
  }
}
