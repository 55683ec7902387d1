package io.tinker4j.dist;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.module.ModuleFinder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.spi.ToolProvider;
import java.util.stream.Stream;

/**
 * Makes a Java runtime for the command: the modules that jdeps finds in its jars, and the class
 * data that its starts share. The jars stay on the class path, as some have no descriptor.
 */
final class RuntimeImage {
  /**
   * Found by name at run time, where jdeps cannot see it: elliptic curves for TLS, before Java 22.
   */
  private static final String CURVES = "jdk.crypto.ec";

  private RuntimeImage() {}

  /**
   * Makes the runtime.
   *
   * @param args the directory of the jars, that of the runtime, and the instant that the jars get
   *     as their time, because shared class data is for jars of one time alone
   */
  public static void main(String[] args) throws IOException, InterruptedException {
    Path libraries = Path.of(args[0]);
    Path runtime = Path.of(args[1]);
    delete(runtime);
    for (Path jar : jars(libraries)) {
      Files.setLastModifiedTime(jar, FileTime.from(Instant.parse(args[2])));
    }
    link(modules(libraries), runtime);
    share(libraries, runtime);
  }

  /** Returns the names of the JDK's modules that the jars of a directory use. */
  static Set<String> modules(Path libraries) throws IOException {
    List<String> arguments =
        new ArrayList<>(
            List.of("--multi-release", "21", "--ignore-missing-deps", "--print-module-deps"));
    jars(libraries).forEach(jar -> arguments.add(jar.toString()));
    String found = run("jdeps", arguments).strip();
    Set<String> modules = new TreeSet<>(List.of(found.split(",", -1)));
    if (ModuleFinder.ofSystem().find(CURVES).isPresent()) {
      modules.add(CURVES);
    }
    return modules;
  }

  private static void link(Set<String> modules, Path runtime) {
    run(
        "jlink",
        List.of(
            "--add-modules",
            String.join(",", modules),
            "--output",
            runtime.toString(),
            "--no-header-files",
            "--no-man-pages",
            "--generate-cds-archive"));
  }

  private static void share(Path libraries, Path runtime) throws IOException, InterruptedException {
    Path archive = runtime.resolve("lib/tinker.jsa");
    Process warmup =
        new ProcessBuilder(
                runtime.resolve("bin/java").toString(),
                "-XX:+UseSerialGC",
                "-Xlog:disable",
                "-Dslf4j.internal.verbosity=ERROR",
                "-XX:ArchiveClassesAtExit=" + archive,
                "-cp",
                libraries.resolve("tinker.jar").toString(),
                "io.tinker4j.dist.Warmup")
            .inheritIO()
            .start();
    if (warmup.waitFor() != 0 || !Files.exists(archive)) {
      throw new IOException("there is no shared class data: see the output above");
    }
  }

  private static List<Path> jars(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.filter(file -> file.toString().endsWith(".jar")).sorted().toList();
    }
  }

  private static String run(String tool, List<String> arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int exitCode =
        ToolProvider.findFirst(tool)
            .orElseThrow(() -> new IllegalStateException("this JDK has no " + tool))
            .run(new PrintWriter(out), new PrintWriter(err), arguments.toArray(String[]::new));
    if (exitCode != 0) {
      throw new IllegalStateException("%s failed: %s%s".formatted(tool, out, err));
    }
    return out.toString();
  }

  private static void delete(Path directory) throws IOException {
    if (!Files.exists(directory)) {
      return;
    }
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
