package io.tinker4j.testkit;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A server in a JVM of its own, which can be killed. */
final class ServerProcess implements AutoCloseable {
  private final Process process;
  private final URI baseUrl;

  private ServerProcess(Process process, URI baseUrl) {
    this.process = process;
    this.baseUrl = baseUrl;
  }

  /** Starts a server on a directory and waits until it listens. */
  static ServerProcess start(Path dataDirectory) throws IOException {
    return start(dataDirectory.toString());
  }

  /** Starts a server that works in memory and waits until it listens. */
  static ServerProcess startInMemory() throws IOException {
    return start("");
  }

  private static ServerProcess start(String dataDirectory) throws IOException {
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    String classPath =
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    Process process =
        new ProcessBuilder(
                List.of(
                    java,
                    "-Xmx88m",
                    "-XX:+UseSerialGC",
                    "-XX:TieredStopAtLevel=1",
                    "-cp",
                    classPath,
                    ServerProcess.class.getName(),
                    dataDirectory))
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    BufferedReader out = process.inputReader(StandardCharsets.UTF_8);
    String url = out.readLine();
    if (url == null) {
      throw new IOException("the server did not start");
    }
    return new ServerProcess(process, URI.create(url));
  }

  /** The server itself; ends with its standard input. */
  public static void main(String[] args) throws IOException {
    EmbeddedTinkerServer.Builder builder = EmbeddedTinkerServer.builder();
    if (!args[0].isEmpty()) {
      builder.dataDirectory(Path.of(args[0]));
    }
    try (EmbeddedTinkerServer server = builder.start()) {
      PrintStream out = System.out;
      out.println(server.baseUrl());
      out.flush();
      while (System.in.read() >= 0) {
        // Nothing is said; the end of the stream is what counts.
      }
    }
  }

  URI baseUrl() {
    return baseUrl;
  }

  long pid() {
    return process.pid();
  }

  /** Kills the process as {@code kill -9} does. */
  void kill() throws InterruptedException {
    process.destroyForcibly();
    if (!process.waitFor(30, TimeUnit.SECONDS)) {
      throw new IllegalStateException("the server does not die");
    }
  }

  /** Does not return before the process is dead, and with it its hold on its directory. */
  @Override
  public void close() throws InterruptedException {
    kill();
  }
}
