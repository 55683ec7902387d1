package io.tinker4j.recovery.store;

import io.tinker4j.recovery.journal.JournalException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/** Another process that tries to open journals for writing, as often as it is told to. */
final class Intruder implements AutoCloseable {
  private final Process process;
  private final BufferedReader said;

  private Intruder(Process process) {
    this.process = process;
    this.said = process.inputReader(StandardCharsets.UTF_8);
  }

  static Intruder start() throws IOException {
    return new Intruder(
        new ProcessBuilder(
                List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-XX:TieredStopAtLevel=1",
                    "-XX:+UseSerialGC",
                    "-cp",
                    System.getProperty("java.class.path"),
                    Intruder.class.getName()))
            .redirectErrorStream(true)
            .start());
  }

  /** Returns what it says: that it is in, and out again, or why not. */
  String tries(Path journal) throws IOException {
    process.outputWriter(StandardCharsets.UTF_8).append(journal.toString()).append('\n').flush();
    String answer = said.readLine();
    if (answer == null) {
      throw new IOException("the intruder is gone");
    }
    return answer;
  }

  @Override
  public void close() throws IOException, InterruptedException {
    process.outputWriter(StandardCharsets.UTF_8).close();
    int unused = process.waitFor();
  }

  public static void main(String[] arguments) throws IOException {
    BufferedReader told =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String journal = told.readLine(); journal != null; journal = told.readLine()) {
      try {
        JournalWriter.open(Path.of(journal)).close();
        System.out.println("in");
      } catch (JournalException e) {
        System.out.println(String.valueOf(e.getMessage()).replace('\n', ' '));
      }
    }
  }
}
