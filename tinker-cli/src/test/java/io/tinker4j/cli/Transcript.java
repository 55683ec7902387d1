package io.tinker4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.tinker4j.cli.access.Surroundings;
import io.tinker4j.transport.Time;
import io.tinker4j.transport.client.ApiClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What commands print, in each format, against a file in {@code src/test/resources/transcripts},
 * which {@code -Dtranscripts.write=true} rewrites. Ids, times, addresses and directories are
 * replaced by others of the same width.
 *
 * @param directory {@code DIR}, and the user's directory
 * @param now what the clock shows
 * @param names what words of a command line stand for, and what is printed as these words instead
 * @param variables the environment
 */
record Transcript(
    Path directory, Instant now, Map<String, String> names, Map<String, String> variables) {
  private static final Path FOLDER = Path.of("src/test/resources/transcripts");
  private static final Pattern ID =
      Pattern.compile("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}");
  private static final Pattern TIME =
      Pattern.compile("\\d{4}-\\d\\d-\\d\\d[ T]\\d\\d:\\d\\d:\\d\\d(\\.\\d+)?(\\+00:00|Z)");
  private static final List<String> FORMATS = List.of("table", "json", "jsonl");

  /** The word for the address of the server. */
  static final String URL = "http://SERVER";

  /** Runs the commands one after the other, in each format, and compares what they print. */
  void check(String file, String in, String... lines) throws IOException {
    StringBuilder transcript = new StringBuilder();
    for (String format : FORMATS) {
      for (String line : lines) {
        transcript.append(run(line, format, in));
      }
    }
    check(file, transcript.toString());
  }

  /** Compares what is printed. */
  static void check(String file, String transcript) throws IOException {
    Path path = FOLDER.resolve(file + ".txt");
    if (Boolean.getBoolean("transcripts.write")) {
      Files.createDirectories(FOLDER);
      Files.writeString(path, transcript);
    }
    assertThat(transcript).isEqualTo(Files.readString(path));
  }

  /** Returns a command line, what it printed, and its exit code; JSON is what its schema says. */
  String run(String line, String format, String in) {
    String[] args =
        Arrays.stream(("-f " + format + " " + line).split(" "))
            .map(each -> names.getOrDefault(each, each.replace("DIR", directory.toString())))
            .toArray(String[]::new);
    CommandRun run =
        CommandRun.in(
            new Surroundings(variables::get, name -> null, directory), new At(now), in, args);
    SchemaCheck.printed(line, format, run.out());
    return "$ tinker -f %s %s\n%s%s[%d]\n\n"
        .formatted(format, line, normal(run.out()), prefixed(normal(run.err())), run.exitCode());
  }

  private static String prefixed(String err) {
    return err.lines().map(each -> "stderr: " + each + "\n").reduce("", String::concat);
  }

  private String normal(String text) {
    String same = text.replace("\r\n", "\n");
    for (String word : List.of(URL, "http://HUB")) {
      if (names.containsKey(word)) {
        String address = names.get(word);
        String padding = " ".repeat(address.length() - word.length());
        same = same.replace(address + " │", word + padding + " │").replace(address, word);
      }
    }
    same =
        same.replace(directory.toString(), "DIR")
            .replaceAll("\\d+ attempts? in \\d+\\.\\d s", "1 attempt in 0.0 s")
            .replaceAll("/downloads/[^\"\\s]+", "/downloads/TOKEN")
            .replaceAll(" \\d{4}-\\d\\d-\\d\\d (?=│)", " 2036-01-01 ")
            .replace(ApiClient.version(), "VERSION");
    return numbered(
        TIME.matcher(same)
            .replaceAll(each ->
                each.group().endsWith("Z") ? "2026-01-01T00:00:00Z" : "2026-01-01 00:00:00+00:00"));
  }

  /** Gives ids numbers in the order in which they are met, the run's and session's always zero. */
  private String numbered(String text) {
    Map<String, String> numbers = new LinkedHashMap<>();
    Matcher named = ID.matcher(names.getOrDefault("RUN", ""));
    if (named.find()) {
      numbers.put(named.group(), id(0));
    }
    return ID.matcher(text)
        .replaceAll(each -> numbers.computeIfAbsent(each.group(), unused -> id(numbers.size())));
  }

  private static String id(int number) {
    return "00000000-0000-0000-0000-%012d".formatted(number);
  }

  /** The system's clock, but that it always shows one time. */
  private record At(Instant now) implements Time {
    @Override
    public long nanoTime() {
      return Time.system().nanoTime();
    }

    @Override
    public void sleep(Duration duration) throws InterruptedException {
      Time.system().sleep(duration);
    }

    @Override
    public Scheduled schedule(Duration delay, Runnable task) {
      return Time.system().schedule(delay, task);
    }
  }
}
