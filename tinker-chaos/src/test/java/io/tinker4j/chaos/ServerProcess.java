package io.tinker4j.chaos;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** {@code tinker server} in a process of its own, which is killed at the end. */
public final class ServerProcess implements AutoCloseable {
  private final Process process;
  private final String baseUrl;

  private ServerProcess(Process process, String baseUrl) {
    this.process = process;
    this.baseUrl = baseUrl;
  }

  /** Starts one on a port, 0 for any, and returns when it listens. */
  public static ServerProcess start(int port, String... options) throws IOException {
    List<String> arguments = new ArrayList<>(List.of("server", "--port=" + port));
    arguments.addAll(List.of(options));
    Process process = java("io.tinker4j.cli.Main", arguments);
    String line = String.valueOf(process.inputReader().readLine());
    if (!line.startsWith("Listening on ")) {
      process.destroyForcibly();
      throw new IOException("the server did not start: " + line);
    }
    return new ServerProcess(process, line.split(" ", -1)[2]);
  }

  /** Starts a class of the test's class path in a small JVM. */
  public static Process java(String mainClass, List<String> arguments) throws IOException {
    return start(command(mainClass, arguments));
  }

  /** Returns the command that starts a class of the test's class path in a small JVM. */
  public static List<String> command(String mainClass, List<String> arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xmx256m", "-cp"));
    command.add(System.getProperty("java.class.path"));
    command.add(mainClass);
    command.addAll(arguments);
    return command;
  }

  /** Starts a process whose errors nobody reads. */
  public static Process start(List<String> command) throws IOException {
    return new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
  }

  public String baseUrl() {
    return baseUrl;
  }

  /** Kills it without warning and waits until it is gone. */
  @Override
  public void close() throws InterruptedException {
    int unused = process.destroyForcibly().waitFor();
  }
}
