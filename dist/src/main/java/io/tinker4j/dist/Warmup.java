package io.tinker4j.dist;

import io.tinker4j.cli.Main;
import io.tinker4j.testkit.EmbeddedTinkerServer;
import java.io.PrintWriter;
import java.io.Reader;
import java.io.StringWriter;
import java.io.Writer;
import java.util.List;
import java.util.stream.Stream;

/** Runs what most commands consist of, in a JVM that writes down which classes that takes. */
final class Warmup {
  private Warmup() {}

  /** Runs the commands against a server in this JVM. */
  public static void main(String[] args) {
    run("--version");
    run("--help");
    run("train", "--help");
    try (EmbeddedTinkerServer server = EmbeddedTinkerServer.start()) {
      List<String> access =
          List.of("--base-url", server.baseUrl().toString(), "--api-key", "tml-warm-up");
      service(access, "run", "list");
      service(access, "checkpoint", "list");
      service(access, "session", "list");
    }
    run("quickstart", "--steps", "2");
  }

  private static void service(List<String> access, String... command) {
    run(Stream.concat(Stream.of(command), access.stream()).toArray(String[]::new));
  }

  private static void run(String... args) {
    StringWriter err = new StringWriter();
    int exitCode =
        Main.run(
            Reader.nullReader(), new PrintWriter(Writer.nullWriter()), new PrintWriter(err), args);
    if (exitCode != 0) {
      throw new IllegalStateException(
          "tinker %s ended with %d: %s".formatted(String.join(" ", args), exitCode, err));
    }
  }
}
