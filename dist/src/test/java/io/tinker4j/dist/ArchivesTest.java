package io.tinker4j.dist;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The archives, unpacked far from the checkout and started as users start them. */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "the scripts that are started are for sh")
class ArchivesTest {
  @TempDir static Path directory;

  private static Path plain;
  private static Path withRuntime;

  @TempDir Path home;

  @BeforeAll
  static void unpack() throws IOException {
    plain = Unpacked.zip(Files.createDirectory(directory.resolve("with space")));
    withRuntime = Unpacked.withRuntime(Files.createDirectory(directory.resolve("runtime")));
  }

  private Start plain() throws IOException {
    return Start.of(plain.resolve("bin/tinker"), home);
  }

  private Start withRuntime() throws IOException {
    return Start.of(withRuntime.resolve("bin/tinker"), home);
  }

  private static List<Path> jars() throws IOException {
    try (Stream<Path> files = Files.list(plain.resolve("lib"))) {
      return files.toList();
    }
  }

  @Test
  void start_onTheJavaOfThePath_runs() throws Exception {
    Start.Outcome outcome = plain().withJavaOnPath().run("--version");

    assertThat(outcome.err()).isEmpty();
    assertThat(outcome.exitCode()).isZero();
    assertThat(outcome.out()).isEqualTo("tinker " + version() + System.lineSeparator());
  }

  private static String version() {
    return System.getProperty("dist.name").substring("tinker-".length());
  }

  @Test
  void start_onJavaHomeThroughLinks_runs() throws Exception {
    Path elsewhere = Files.createDirectory(home.resolve("my bin"));
    Path link = elsewhere.resolve("tk");
    Files.createSymbolicLink(link, elsewhere.relativize(plain.resolve("bin/tinker")));
    Path again = Files.createSymbolicLink(home.resolve("again"), Path.of("my bin/tk"));

    Start.Outcome outcome =
        Start.of(again, home).with("JAVA_HOME", System.getProperty("java.home")).run("--version");

    assertThat(outcome.err()).isEmpty();
    assertThat(outcome.out()).startsWith("tinker ");
  }

  @Test
  void start_withoutJava_saysWhatIsMissing() throws Exception {
    Start.Outcome outcome = plain().run("--version");

    assertThat(outcome.exitCode()).isEqualTo(1);
    assertThat(outcome.err())
        .isEqualTo(
            "Error: tinker needs a Java from 21 on; found none. Install one, or set JAVA_HOME to"
                + " it.\n");
  }

  @Test
  void start_withAnOldJavaHome_takesTheNext() throws Exception {
    Path old = Files.createDirectories(home.resolve("jdk 17/bin")).getParent();
    Files.writeString(old.resolve("release"), "JAVA_VERSION=\"17.0.15\"\n");
    Files.writeString(old.resolve("bin/java"), "#!/bin/sh\nexit 3\n");
    assertThat(old.resolve("bin/java").toFile().setExecutable(true)).isTrue();

    Start.Outcome none = plain().with("JAVA_HOME", old.toString()).run("--version");
    Start.Outcome runtime = withRuntime().with("JAVA_HOME", old.toString()).run("--version");

    assertThat(none.err()).contains("found 17 at " + old);
    assertThat(runtime.out()).startsWith("tinker ");
  }

  @Test
  void start_withOptions_handsThemToTheJvm() throws Exception {
    Start.Outcome outcome =
        plain().withJavaOnPath().with("TINKER_JAVA_OPTS", "-Da=b --version").run();

    assertThat(outcome.out()).contains(System.getProperty("java.version"));
  }

  @Test
  void start_inAHomeThatCannotBeWritten_runs() throws Exception {
    Path file = Files.createFile(home.resolve("file"));

    Start.Outcome outcome =
        plain().withJavaOnPath().with("HOME", file.toString()).run("completion", "bash");

    assertThat(outcome.err()).isEmpty();
    assertThat(outcome.exitCode()).isZero();
    assertThat(outcome.out())
        .isEqualTo(Files.readString(plain.resolve("share/completion/tinker.bash")));
  }

  @Test
  void secondStart_sharesTheClassDataOfTheFirst() throws Exception {
    plain().withJavaOnPath().run("--version");

    assertThat(origins(plain().withJavaOnPath())).contains("shared objects file (top)");
  }

  @Test
  void firstStartWithRuntime_sharesTheClassDataOfTheBuild() throws Exception {
    assertThat(origins(withRuntime())).contains("shared objects file (top)");
    assertThat(home.resolve(".cache")).doesNotExist();
  }

  /** Where the classes of a start come from. */
  private String origins(Start start) throws IOException, InterruptedException {
    Path log = home.resolve("classes");
    start.with("TINKER_JAVA_OPTS", "-Xlog:class+load:file=" + log).run("--version");
    try (Stream<String> lines = Files.lines(log)) {
      return lines.filter(line -> line.contains("io.tinker4j.cli.Main source:")).toList().get(0);
    }
  }

  @Test
  void runtime_hasTheModulesThatJdepsFinds() throws Exception {
    Start.Outcome outcome = withRuntime().with("TINKER_JAVA_OPTS", "--list-modules").run();

    List<String> modules = outcome.out().lines().map(line -> line.split("@", -1)[0]).toList();
    assertThat(modules).containsAll(RuntimeImage.modules(plain.resolve("lib")));
    assertThat(modules).doesNotContain("jdk.compiler", "jdk.jlink");
  }

  @Test
  void runtime_hasEllipticCurvesForTls() throws Exception {
    Start.Outcome outcome =
        withRuntime().with("TINKER_JAVA_OPTS", "-XshowSettings:security:providers --version").run();

    assertThat(outcome.out() + outcome.err()).contains("SunEC");
  }

  @Test
  void quickstart_withRuntime_trains() throws Exception {
    Start.Outcome outcome = withRuntime().run("quickstart", "--steps", "2", "--json");

    assertThat(outcome.exitCode()).as(outcome.err()).isZero();
    assertThat(outcome.out()).contains("\"steps\"");
  }

  @Test
  void notice_namesWhatIsBundled() throws IOException {
    String notice = Files.readString(plain.resolve("NOTICE"));

    List<String> theirs =
        jars().stream()
            .map(jar -> jar.getFileName().toString().replaceFirst("(-\\d.*)?\\.jar$", ""))
            .filter(name -> !name.startsWith("tinker"))
            .toList();
    assertThat(theirs).hasSizeGreaterThan(5);
    assertThat(notice).contains(theirs);
  }

  @Test
  void archives_haveLicencesAndScripts() {
    for (Path archive : List.of(plain, withRuntime)) {
      assertThat(archive.resolve("LICENSE")).isNotEmptyFile();
      assertThat(archive.resolve("README.md")).isNotEmptyFile();
      assertThat(archive.resolve("licenses/zstd-jni.txt")).isNotEmptyFile();
      assertThat(archive.resolve("bin/tinker.bat")).content().contains("\r\n");
      assertThat(archive.resolve("share/completion/_tinker")).content().startsWith("#compdef");
    }
    assertThat(withRuntime.resolve("runtime/legal/java.base")).isNotEmptyDirectory();
  }
}
