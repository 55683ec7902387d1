package io.tinker4j.verify.consumers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What arrives with a module, and that it is enough: the profile {@code consumers}. */
class ApplicationsTest {
  private static final String KOTLIN = ConsumerBuild.property("consumers.kotlin");

  private static final List<String> TYPES =
      List.of(
          "com.fasterxml.jackson.core:jackson-annotations",
          "io.tinker4j:tinker-types",
          "org.jspecify:jspecify",
          "tools.jackson.core:jackson-core",
          "tools.jackson.core:jackson-databind");
  private static final List<String> TRANSPORT =
      with(TYPES, "com.github.luben:zstd-jni", "io.tinker4j:tinker-transport");
  private static final List<String> TESTKIT =
      with(
          TRANSPORT,
          "com.github.marschall:memoryfilesystem",
          "io.tinker4j:tinker-testkit",
          "org.slf4j:slf4j-api");

  private static ConsumerBuild build;

  @BeforeAll
  static void install() throws Exception {
    assumeTrue(Boolean.getBoolean("consumers"), "takes a minute: mvn verify -Pconsumers");
    build = new ConsumerBuild(Files.createDirectories(Path.of("target/consumers/applications")));
  }

  @Test
  void typesAlone_bringJackson() throws Exception {
    var built = build.run(Application.java("types", "tinker-types"));

    assertThat(built.output())
        .contains("equal true", "tokens 3", "inputs [target_tokens, weights]");
    assertThat(built.dependencies()).isEqualTo(TYPES);
  }

  @Test
  void transport_takesOneOfTheUsersOwn_andBringsZstd() throws Exception {
    var built = build.run(Application.java("transport", "tinker-transport"));

    assertThat(built.output())
        .contains("request GET https://tinker.example/api/v1/healthz", "status ok");
    assertThat(built.dependencies()).isEqualTo(TRANSPORT);
  }

  @Test
  void everyModule_bringsNeitherJettyNorProtobufNorJUnit() throws Exception {
    var built =
        build.run(Application.java("everything", ConsumerBuild.PUBLISHED.toArray(String[]::new)));

    assertThat(built.output())
        .contains("steps 3", "sound true", "health true", "cases true", "tracker MlflowTracker");
    assertThat(built.dependencies())
        .isEqualTo(
            with(
                TESTKIT,
                "info.picocli:picocli",
                "io.tinker4j:tinker-cli",
                "io.tinker4j:tinker-conformance",
                "io.tinker4j:tinker-health",
                "io.tinker4j:tinker-mlflow",
                "io.tinker4j:tinker-recipes",
                "io.tinker4j:tinker-recovery",
                "io.tinker4j:tinker-text",
                "io.tinker4j:tinker-training",
                "org.snakeyaml:snakeyaml-engine",
                "tools.jackson.dataformat:jackson-dataformat-toml",
                "tools.jackson.dataformat:jackson-dataformat-yaml"));
  }

  @Test
  void kotlin_trainsAndSamples() throws Exception {
    var built = build.run(Application.kotlin(KOTLIN));

    assertThat(built.output()).contains("learns true", "tokens 5");
    assertThat(built.dependencies())
        .isEqualTo(
            with(
                TESTKIT,
                "io.tinker4j:tinker-training",
                "org.jetbrains.kotlin:kotlin-stdlib",
                "org.jetbrains:annotations"));
  }

  private static List<String> with(List<String> some, String... more) {
    return Stream.concat(some.stream(), Stream.of(more)).sorted().toList();
  }
}
