package io.tinker4j.transport;

import io.tinker4j.transport.CredentialSource.UnavailableException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/** What a shell command prints. */
final class CommandSource implements CredentialSource {
  private static final int LONGEST = 64 * 1024;
  private static final long LOOK_MILLIS = 10;

  private final String command;

  CommandSource(String command) {
    this.command = Objects.requireNonNull(command, "command");
  }

  @Override
  public String credential() throws InterruptedException {
    Process process;
    try {
      process = new ProcessBuilder(shell()).redirectError(ProcessBuilder.Redirect.DISCARD).start();
      process.getOutputStream().close();
    } catch (IOException e) {
      throw new UnavailableException("the credential command could not be started", e);
    }
    try {
      String printed = output(process).strip();
      if (printed.isEmpty()) {
        throw new UnavailableException(
            "the credential command printed nothing; run it in a shell to see why");
      }
      return printed;
    } catch (IOException e) {
      throw new UnavailableException("the credential command's output could not be read", e);
    } finally {
      process.destroyForcibly();
    }
  }

  private List<String> shell() {
    return System.getProperty("os.name", "").startsWith("Windows")
        ? List.of("cmd.exe", "/c", command)
        : List.of("/bin/sh", "-c", command);
  }

  /** Never blocks in a read, which no interrupt could end. */
  private static String output(Process process) throws IOException, InterruptedException {
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    InputStream out = process.getInputStream();
    boolean ended;
    do {
      ended = process.waitFor(LOOK_MILLIS, TimeUnit.MILLISECONDS);
      printed.write(out.readNBytes(out.available()));
      if (printed.size() > LONGEST) {
        throw new UnavailableException("the credential command printed more than 64 KiB");
      }
    } while (!ended);
    return printed.toString(StandardCharsets.UTF_8);
  }

  @Override
  public String toString() {
    return "CommandSource{***}";
  }
}
