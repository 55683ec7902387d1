package io.tinker4j.dist;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** One start of the command, with no other environment than what is said here. */
final class Start {
  /** Where the tools are that the script needs; there is no Java. */
  private static final String TOOLS = "sh dirname readlink sed cut stty mkdir cat";

  private final Path script;
  private final Map<String, String> environment = new HashMap<>();

  private Start(Path script) {
    this.script = script;
  }

  /** A start in an own home, with a PATH on which there is no Java. */
  static Start of(Path script, Path home) throws IOException {
    Path bin = Files.createDirectories(home.resolve("path"));
    for (String tool : TOOLS.split(" ", -1)) {
      Path link = bin.resolve(tool);
      if (!Files.exists(link)) {
        Files.createSymbolicLink(link, onPath(tool));
      }
    }
    return new Start(script).with("HOME", home.toString()).with("PATH", bin.toString());
  }

  private static Path onPath(String tool) throws IOException {
    for (String directory : List.of("/bin", "/usr/bin", "/usr/local/bin")) {
      Path file = Path.of(directory, tool);
      if (Files.isExecutable(file)) {
        return file;
      }
    }
    throw new IOException("there is no " + tool);
  }

  /** Sets a variable. */
  Start with(String name, String value) {
    environment.put(name, value);
    return this;
  }

  /** Puts the Java of this JVM on the PATH. */
  Start withJavaOnPath() throws IOException {
    Path link = Path.of(environment.get("PATH")).resolve("java");
    if (!Files.exists(link)) {
      Files.createSymbolicLink(link, Path.of(System.getProperty("java.home"), "bin/java"));
    }
    return this;
  }

  /** What came of it. */
  record Outcome(int exitCode, String out, String err) {}

  /** Runs it to its end. */
  Outcome run(String... args) throws IOException, InterruptedException {
    Path out = Files.createTempFile("tinker", ".out");
    Path err = Files.createTempFile("tinker", ".err");
    try {
      Process process = process(out, err, args);
      if (!process.waitFor(5, TimeUnit.MINUTES)) {
        process.destroyForcibly();
        throw new IOException("it does not end: " + Files.readString(err));
      }
      return new Outcome(
          process.exitValue(),
          Files.readString(out, StandardCharsets.UTF_8),
          Files.readString(err, StandardCharsets.UTF_8));
    } finally {
      Files.delete(out);
      Files.delete(err);
    }
  }

  private Process process(Path out, Path err, String... args) throws IOException {
    List<String> command = new ArrayList<>(List.of(script.toString()));
    command.addAll(List.of(args));
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(err.toFile());
    builder.environment().clear();
    builder.environment().putAll(environment);
    return builder.start();
  }
}
