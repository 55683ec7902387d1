package io.tinker4j.recovery.store;

import io.tinker4j.recovery.journal.JournalException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/** Another process that tries to open a journal for writing. */
final class Intruder {
  private Intruder() {}

  /** Returns what it says: that it is in, or why not. */
  static String tries(Path journal) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(
                List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-XX:TieredStopAtLevel=1",
                    "-XX:+UseSerialGC",
                    "-Xshare:auto",
                    "-cp",
                    System.getProperty("java.class.path"),
                    Intruder.class.getName(),
                    journal.toString()))
            .redirectErrorStream(true)
            .start();
    try (InputStream said = process.getInputStream()) {
      String text = new String(said.readAllBytes(), StandardCharsets.UTF_8).strip();
      int unused = process.waitFor();
      return text;
    }
  }

  public static void main(String[] arguments) {
    try {
      JournalWriter.open(Path.of(arguments[0])).close();
      System.out.println("in");
    } catch (JournalException e) {
      System.out.println(e.getMessage());
    }
  }
}
