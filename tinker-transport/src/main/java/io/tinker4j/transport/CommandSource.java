package io.tinker4j.transport;

import io.tinker4j.transport.CredentialSource.UnavailableException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/** What a shell command prints, if it succeeds in time. */
final class CommandSource implements CredentialSource {
  static final Duration LIMIT = Duration.ofSeconds(30);

  private static final int LONGEST = 64 * 1024;
  private static final long LOOK_MILLIS = 10;

  private static final int LONGEST_LINE = 300;

  private final String command;
  private final Duration limit;

  CommandSource(String command, Duration limit) {
    this.command = Objects.requireNonNull(command, "command");
    this.limit = limit;
  }

  @Override
  public String credential() throws InterruptedException {
    Process process;
    try {
      process = new ProcessBuilder(shell()).start();
    } catch (IOException e) {
      throw new UnavailableException("the credential command could not be started", e);
    }
    try {
      process.getOutputStream().close();
      return printed(process);
    } catch (IOException e) {
      throw new UnavailableException("the credential command's output could not be read", e);
    } finally {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }
  }

  private List<String> shell() {
    return System.getProperty("os.name", "").startsWith("Windows")
        ? List.of("cmd.exe", "/c", command)
        : List.of("/bin/sh", "-c", command);
  }

  /** Never blocks in a read, which no interrupt could end. */
  private String printed(Process process) throws IOException, InterruptedException {
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    ByteArrayOutputStream errors = new ByteArrayOutputStream();
    long start = Time.system().nanoTime();
    boolean ended;
    do {
      ended = process.waitFor(LOOK_MILLIS, TimeUnit.MILLISECONDS);
      drain(process.getInputStream(), printed);
      drain(process.getErrorStream(), errors);
      if (printed.size() > LONGEST) {
        throw new UnavailableException("the credential command printed more than 64 KiB");
      }
      if (!ended && Time.system().nanoTime() - start > Time.nanos(limit)) {
        throw new UnavailableException(
            "the credential command took longer than %s and was killed%s"
                .formatted(limit, firstLine(errors, printed)));
      }
    } while (!ended);
    if (process.exitValue() != 0) {
      throw new UnavailableException(
          "the credential command ended with exit code %d%s"
              .formatted(process.exitValue(), firstLine(errors, printed)));
    }
    String credential = printed.toString(StandardCharsets.UTF_8).strip();
    if (credential.isEmpty()) {
      throw new UnavailableException(
          "the credential command printed nothing; run it in a shell to see why");
    }
    if (credential.chars().anyMatch(Character::isWhitespace)) {
      throw new UnavailableException(
          "the credential command printed %d lines with %d words; it must print the credential alone"
              .formatted(credential.lines().count(), credential.split("\\s+").length));
    }
    return credential;
  }

  /** More of what is written than is kept is read all the same, or the command would wait. */
  private static void drain(InputStream from, ByteArrayOutputStream to) throws IOException {
    byte[] read = from.readNBytes(from.available());
    to.write(read, 0, Math.clamp((long) LONGEST + 1 - to.size(), 0, read.length));
  }

  /** What the command complains of, without what looks like a credential or was printed as one. */
  private static String firstLine(ByteArrayOutputStream errors, ByteArrayOutputStream printed) {
    String line =
        errors
            .toString(StandardCharsets.UTF_8)
            .lines()
            .map(String::strip)
            .filter(each -> !each.isEmpty())
            .findFirst()
            .orElse("");
    String secret = printed.toString(StandardCharsets.UTF_8).strip();
    String masked = secret.isEmpty() ? line : line.replace(secret, "***");
    String shown = Redaction.byForm(masked);
    return shown.isEmpty() ? "" : ": " + shown.substring(0, Math.min(shown.length(), LONGEST_LINE));
  }

  @Override
  public String toString() {
    return "CommandSource{***}";
  }
}
